using Nin.Generators.Parsing;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary><c>x</c> where positive, else <c>NegativeSlope x</c>.</summary>
sealed record LeakyReluLayer(double NegativeSlope) : ElementwiseLayer("LeakyRelu")
{
    public static LeakyReluLayer Read(ArgumentReader arguments) =>
        new(arguments.Real("negativeSlope", LayerDefaults.NegativeSlope, slope => slope >= 0, "0 or more"));
}
