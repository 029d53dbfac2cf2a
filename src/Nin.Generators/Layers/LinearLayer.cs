using Nin.Generators.Diagnostics;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>A fully connected layer.</summary>
sealed record LinearLayer(int Features, bool Bias) : Layer(Declared)
{
    public static readonly LayerKind Declared = new("Linear", stem: "Linear", arguments => new LinearLayer(
        arguments.Whole("features", fallback: null, least: 1), arguments.Flag("Bias", LayerDefaults.Bias)));

    public override Shape? Infer(Placement at)
    {
        if (!at.Input.IsFlat)
        {
            at.Report(
                Rules.WrongSideOfFlatten, null,
                $"Linear needs features, but {at.InputSays}",
                $"put [Flatten] before it");
            return null;
        }

        return at.HoldsWeights("features", Features, at.Input.Channels, Window.Pixel) ? Shape.Features(Features) : null;
    }

    public override IEnumerable<ParameterSpec> Parameters(string name, Shape input)
    {
        yield return new($"{name}.weight", ParameterRole.Weight, new([Features, input.Channels]));
        if (Bias) yield return new($"{name}.bias", ParameterRole.Bias, new([Features]));
    }

    public override long Macs(Shape input, Shape output) => Saturated.Product(Features, input.Channels);

    public override IEnumerable<(string Name, double Value)> Arguments => [("Features", Features), ("Bias", Bias ? 1 : 0)];

    public override string Description => "Linear layer";

    public override string RuntimeType(LayerSpec at, string ownClass) => Runtime("Linear", at.Input, at.Output);

    public override string ConstructorArguments(LayerSpec at) => $"Parameters, {at.NameLiteral}";

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.Convolution(relu: false));

    public override FusionPart Fusion => FusionPart.Convolution;

    public override bool DecidesChannels => true;

    public override bool AddsBias => Bias;
}
