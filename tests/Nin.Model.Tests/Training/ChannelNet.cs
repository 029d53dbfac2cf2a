using Nin.Dimensions;
using Nin.Layers;

namespace Nin.Model.Tests.Training;

// [Network(10, 4, 4, Classes = 10)]
// [BatchNorm2d]
// [GlobalAvgPool2d]
// [Flatten]

/// <summary>A network of 20 parameters, by hand: each channel of the image is scaled and becomes a logit.</summary>
sealed class ChannelNet : Network<Chw<D10, D4, D4>, Features<D10>>
{
    static readonly MemoryPlan Plan = new(TrainingPerExample: 576, TrainingFixed: 128, InferencePerExample: 256, OutputGradient: 448, Loss: 512);

    readonly BatchNorm2d<Chw<D10, D4, D4>> norm;
    readonly GlobalAvgPool2d<Chw<D10, D4, D4>, Chw<D10, D1, D1>> pool;

    public ChannelNet(Device device, int seed = 0)
        : base(device, seed, Architecture, Plan, initialize: true)
    {
        norm = new(Parameters, "Norm1");
        pool = new(device, "GlobalPool1");
    }

    public static Architecture Architecture { get; } = new(
        "ChannelNet",
        new Shape(10, 4, 4),
        Init.He,
        [
            new LayerInfo(
                "Norm1", "BatchNorm2d", [], [-1], new Shape(10, 4, 4),
                [
                    new("Norm1.weight", ParameterRole.Scale, 10), new("Norm1.bias", ParameterRole.Shift, 10),
                    new("Norm1.running_mean", ParameterRole.RunningMean, 10), new("Norm1.running_var", ParameterRole.RunningVariance, 10),
                ],
                Macs: 0,
                ReceptiveField: 1),
            new LayerInfo("GlobalPool1", "GlobalAvgPool2d", [], [0], new Shape(10, 1, 1), [], 0, 4),
            new LayerInfo("Flatten1", "Flatten", [], [1], Shape.Flat(10), [], 0, 4),
        ]);

    protected override IReadOnlyList<Parameter>[] StepParameters() => [];

    protected override DeviceView RunInference(in Pass pass, in Arena arena, DeviceView input)
    {
        var normalized = arena.Slot(0, 160);
        norm.Step.Infer(pass, input, normalized);
        var logits = arena.Slot(192, 10);
        pool.Step.Infer(pass, normalized, logits);
        return logits;
    }

    protected override DeviceView RunForward(in Pass pass, in Arena arena, DeviceView input)
    {
        var normalized = arena.Slot(0, 160);
        norm.Step.Forward(pass, input, normalized, new Saved(default, arena.Fixed(0, 128)));
        var logits = arena.Slot(192, 10);
        pool.Step.Forward(pass, normalized, logits);
        return logits;
    }

    protected override void RunBackward(in Pass pass, in Arena arena, DeviceView input, DeviceView inputGradient, bool accumulate)
    {
        var dNormalized = arena.Slot(256, 160);
        pool.Step.Backward(pass, arena.Slot(448, 10), dNormalized);
        norm.Step.Backward(
            pass, dNormalized, inputGradient, x: input, saved: new Saved(default, arena.Fixed(0, 128)), accumulate: accumulate);
    }
}
