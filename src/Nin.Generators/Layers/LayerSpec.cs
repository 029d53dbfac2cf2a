using Nin.Generators.Source;
using Nin.Generators.Spec;

namespace Nin.Generators.Layers;

/// <summary>A layer at its place in a network.</summary>
/// <param name="Position">Its place among the layers, from 0.</param>
/// <param name="Name">Its property's name.</param>
/// <param name="Layer">Kind and arguments.</param>
/// <param name="Inputs">Positions of the layers that it reads; <see cref="NetworkInput"/> for the network's input.</param>
/// <param name="InputShapes">The shapes that it reads, in the same order.</param>
/// <param name="Output">The shape that it gives.</param>
/// <param name="Parameters">Parameters and buffers in declaration order.</param>
/// <param name="Macs">Multiply-adds of one example's forward pass, of convolutions and linear layers alone.</param>
/// <param name="Field">The receptive field of one output pixel.</param>
sealed record LayerSpec(
    int Position,
    string Name,
    Layer Layer,
    EquatableArray<int> Inputs,
    EquatableArray<Shape> InputShapes,
    Shape Output,
    EquatableArray<ParameterSpec> Parameters,
    long Macs,
    ReceptiveField Field)
{
    /// <summary>The position that stands for the network's input.</summary>
    public const int NetworkInput = -1;

    /// <summary>The shape of its first input.</summary>
    public Shape Input => InputShapes[0];

    /// <summary>Its name as a string literal.</summary>
    public string NameLiteral => $"\"{Name}\"";

    /// <summary>Learnt parameters, without buffers.</summary>
    public long ParameterCount => Saturated.Sum(Parameters.Where(p => !p.IsBuffer).Select(p => p.Count));

    /// <summary>Whether <c>Init</c> decides its initial value.</summary>
    public bool HasWeights => Parameters.Any(p => p.Role == ParameterRole.Weight);

    /// <summary>Bytes of one example's output.</summary>
    public long ActivationBytes => Saturated.Product(Output.Elements, sizeof(float));

    /// <summary>Its documentation: kind, arguments and shapes; parameters and multiply-adds.</summary>
    public string[] Summary
    {
        get
        {
            string shapes = $"{Layer.Description}: {string.Join(" and ", InputShapes)} to {Output}";
            if (ParameterCount == 0) return [$"{shapes}."];

            string macs = Macs > 0 ? $", {Literal.Prose(Macs)} multiply-adds" : "";
            return [$"{shapes};", $"{Literal.Prose(ParameterCount)} parameters{macs}."];
        }
    }
}
