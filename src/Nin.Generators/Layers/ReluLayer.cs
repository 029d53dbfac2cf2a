using Nin.Generators.Parsing;

namespace Nin.Generators.Layers;

/// <summary><c>max(x, 0)</c>.</summary>
sealed record ReluLayer() : ElementwiseLayer("Relu")
{
    public static ReluLayer Read(ArgumentReader arguments) => new();
}
