using Nin.Generators.Diagnostics;
using Nin.Generators.Inference;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>A fully connected layer.</summary>
sealed record LinearLayer(int Features, bool Bias) : Layer("Linear")
{
    public static LinearLayer Read(ArgumentReader arguments) =>
        new(arguments.Whole("features", fallback: null, least: 1), arguments.Flag("Bias", LayerDefaults.Bias));

    public override Shape? Infer(Placement at)
    {
        if (!at.Input.IsFlat)
        {
            at.Report(
                Rules.WrongSideOfFlatten, null,
                $"Linear needs features, but {at.InputSays}",
                $"put [Flatten] in front of it");
            return null;
        }

        return at.HoldsWeights("features", Features, at.Input.Channels, kernel: 1) ? Shape.Features(Features) : null;
    }

    public override IEnumerable<ParameterSpec> Parameters(string name, Shape input)
    {
        yield return new($"{name}.weight", ParameterRole.Weight, new([Features, input.Channels]));
        if (Bias) yield return new($"{name}.bias", ParameterRole.Bias, new([Features]));
    }

    public override long Macs(Shape input, Shape output) => Saturated.Product(Features, input.Channels);
}
