using Nin.Generators.Parsing;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>Drops elements in training.</summary>
sealed record DropoutLayer(double Probability) : ElementwiseLayer("Dropout")
{
    public static DropoutLayer Read(ArgumentReader arguments) =>
        new(arguments.Real("probability", LayerDefaults.DropoutProbability, p => p is >= 0 and <= 1, "0 to 1"));
}
