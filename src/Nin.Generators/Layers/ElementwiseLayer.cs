using Nin.Generators.Inference;
using Nin.Generators.Spec;

namespace Nin.Generators.Layers;

/// <summary>A layer that maps each element, flat or not; the shape stays.</summary>
abstract record ElementwiseLayer(string Kind) : Layer(Kind)
{
    public sealed override Shape? Infer(Placement at) => at.Input;
}
