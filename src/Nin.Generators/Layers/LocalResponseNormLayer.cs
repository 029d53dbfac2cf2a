using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>Normalisation by the channels around each element.</summary>
sealed record LocalResponseNormLayer(int Size, double Alpha, double Beta, double K) : Layer(Declared)
{
    public static readonly LayerKind Declared = new("LocalResponseNorm", stem: "LocalResponseNorm", arguments => new LocalResponseNormLayer(
        arguments.Whole("size", fallback: null, least: 1, LayerDefaults.MostResponseChannels),
        arguments.Real("Alpha", LayerDefaults.ResponseAlpha, alpha => alpha is >= 0 and <= float.MaxValue, "0 or more"),
        arguments.Real("Beta", LayerDefaults.ResponseBeta, beta => beta is >= 0 and <= float.MaxValue, "0 or more"),
        arguments.Real("K", LayerDefaults.ResponseK, k => k is > 0 and <= float.MaxValue, "a number above 0")));

    public override Shape? Infer(Placement at) => at.Input;

    public override IEnumerable<(string Name, double Value)> Arguments => [("Size", Size), ("Alpha", Alpha), ("Beta", Beta), ("K", K)];

    public override string Description => Invariant($"Local response normalisation over {Size} channels");

    public override string RuntimeType(LayerSpec at, string ownClass) => Runtime("LocalResponseNorm", at.Output);

    public override string ConstructorArguments(LayerSpec at) =>
        Invariant($"device, {at.NameLiteral}, {Size}")
        + Given("alpha", Alpha, LayerDefaults.ResponseAlpha) + Given("beta", Beta, LayerDefaults.ResponseBeta) + Given("k", K, LayerDefaults.ResponseK);

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.LocalResponseNorm(at.Output.Elements));

    public override bool KeepsDeadChannels => true;
}
