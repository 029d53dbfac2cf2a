using Nin.Generators.Spec;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>Normalisation of each channel over the batch; after Flatten each feature is a channel.</summary>
sealed record BatchNorm2dLayer(double Epsilon, double Momentum) : Layer(Declared)
{
    public static readonly LayerKind Declared = new("BatchNorm2d", stem: "Norm", arguments => new BatchNorm2dLayer(
        arguments.Real("Epsilon", LayerDefaults.BatchNormEpsilon, epsilon => epsilon > 0, "a number above 0"),
        arguments.Real("Momentum", LayerDefaults.BatchNormMomentum, momentum => momentum is >= 0 and <= 1, "0 to 1")));

    public override Shape? Infer(Placement at) => at.Input;

    public override IEnumerable<ParameterSpec> Parameters(string name, Shape input) => Parameters(name, input.Channels);

    /// <summary>The parameters and buffers of a normalisation of that many channels, alone or in a block.</summary>
    public static IEnumerable<ParameterSpec> Parameters(string path, long channels) =>
    [
        new($"{path}.weight", ParameterRole.Scale, new([channels])),
        new($"{path}.bias", ParameterRole.Shift, new([channels])),
        new($"{path}.running_mean", ParameterRole.RunningMean, new([channels])),
        new($"{path}.running_var", ParameterRole.RunningVariance, new([channels])),
        new($"{path}.num_batches_tracked", ParameterRole.BatchesTracked, new([])),
    ];

    public override IEnumerable<(string Name, double Value)> Arguments => [("Epsilon", Epsilon), ("Momentum", Momentum)];

    public override string Description => "Batch normalisation";

    public override string RuntimeType(LayerSpec at, string ownClass) => Runtime("BatchNorm2d", at.Output);

    public override string ConstructorArguments(LayerSpec at) =>
        $"Parameters, {at.NameLiteral}"
        + Given("epsilon", Epsilon, LayerDefaults.BatchNormEpsilon)
        + Given("momentum", Momentum, LayerDefaults.BatchNormMomentum);

    public override IEnumerable<LayerStep> Steps(LayerSpec at) => LayerStep.Of(at, StepMemory.BatchNorm(at.Output.Channels));

    public override FusionPart Fusion => FusionPart.Normalization;

    public override bool SubtractsMean => true;
}
