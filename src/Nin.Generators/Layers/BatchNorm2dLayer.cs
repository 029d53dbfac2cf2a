using Nin.Generators.Inference;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Layers;

/// <summary>Normalisation of each channel over the batch.</summary>
sealed record BatchNorm2dLayer(double Epsilon, double Momentum) : Layer("BatchNorm2d")
{
    public static BatchNorm2dLayer Read(ArgumentReader arguments) => new(
        arguments.Real("Epsilon", LayerDefaults.BatchNormEpsilon, epsilon => epsilon > 0, "a number above 0"),
        arguments.Real("Momentum", LayerDefaults.BatchNormMomentum, momentum => momentum is >= 0 and <= 1, "0 to 1"));

    public override Shape? Infer(Placement at) => at.NeedsImage() ? at.Input : null;

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
}
