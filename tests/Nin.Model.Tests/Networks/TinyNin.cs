using Nin.Layers;
using Nin.Ops;

namespace Nin.Model.Tests.Networks;

// [Network(1, 28, 28, Classes = 10)]
// [NinBlock(8, Kernel = 5, Padding = 2)]
// [MaxPool2d(3, Stride = 2, Padding = 1)]
// [Dropout(0.5)]
// [NinBlock(12, 12, 10, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
// [GlobalAvgPool2d]
// [Flatten]

/// <summary>What the generator writes for the declaration above, by hand: it pins the run-time side of generated code.</summary>
/// <remarks>
/// Slot offsets and lengths are elements an example, in multiples of 64. A slot is used again when nobody reads it any more.
/// </remarks>
public sealed partial class TinyNin : Network<Chw<D1, D28, D28>, Features<D10>>
{
    public const long ParameterCount = 3_376;

    public const long ForwardMacs = 1;

    static readonly MemoryPlan Plan = new(TrainingPerExample: 44032, TrainingFixed: 256, InferencePerExample: 14336, OutputGradient: 43904, Loss: 43968);

    public TinyNin(Device device, int seed = 0)
        : base(device, seed, Architecture, Plan)
    {
        Block1 = new Block1Layers(Parameters);
        Pool1 = new MaxPool2d<Chw<D8, D28, D28>, Chw<D8, D14, D14>>(device, "Pool1", new PoolSizes(8, 28, 28, Kernel: 3, Stride: 2, Padding: 1));
        Dropout1 = new Dropout<Chw<D8, D14, D14>>(device, "Dropout1", 0.5, layer: 2);
        Block2 = new Block2Layers(Parameters);
        GlobalPool1 = new GlobalAvgPool2d<Chw<D10, D14, D14>, Chw<D10, D1, D1>>(device, "GlobalPool1");
        Flatten1 = new Flatten<Chw<D10, D1, D1>, Features<D10>>(device, "Flatten1");
    }

    public static Architecture Architecture { get; } = new(
        "TinyNin",
        new Shape(1, 28, 28),
        Init.He,
        [
            new LayerInfo(
                "Block1",
                "NinBlock",
                [new("Filters", 8), new("Kernel", 5), new("Stride", 1), new("Padding", 2), new("Pointwise1", 8), new("Pointwise2", 8), new("LastRelu", 1), new("BatchNorm", 0)],
                [-1],
                new Shape(8, 28, 28),
                [
                    new("Block1.0.weight", ParameterRole.Weight, 8, 1, 5, 5), new("Block1.0.bias", ParameterRole.Bias, 8),
                    new("Block1.2.weight", ParameterRole.Weight, 8, 8, 1, 1), new("Block1.2.bias", ParameterRole.Bias, 8),
                    new("Block1.4.weight", ParameterRole.Weight, 8, 8, 1, 1), new("Block1.4.bias", ParameterRole.Bias, 8),
                ],
                Macs: 257_152,
                ReceptiveField: 5),
            new LayerInfo("Pool1", "MaxPool2d", [new("Kernel", 3), new("Stride", 2), new("Padding", 1), new("Dilation", 1)], [0], new Shape(8, 14, 14), [], 0, 7),
            new LayerInfo("Dropout1", "Dropout", [new("Probability", 0.5)], [1], new Shape(8, 14, 14), [], 0, 7),
            new LayerInfo(
                "Block2",
                "NinBlock",
                [new("Filters", 12), new("Kernel", 3), new("Stride", 1), new("Padding", 1), new("Pointwise1", 12), new("Pointwise2", 10), new("LastRelu", 0), new("BatchNorm", 1)],
                [2],
                new Shape(10, 14, 14),
                [
                    new("Block2.0.weight", ParameterRole.Weight, 12, 8, 3, 3), new("Block2.0.bias", ParameterRole.Bias, 12),
                    new("Block2.1.weight", ParameterRole.Scale, 12), new("Block2.1.bias", ParameterRole.Shift, 12),
                    new("Block2.1.running_mean", ParameterRole.RunningMean, 12), new("Block2.1.running_var", ParameterRole.RunningVariance, 12),
                    new("Block2.3.weight", ParameterRole.Weight, 12, 12, 1, 1), new("Block2.3.bias", ParameterRole.Bias, 12),
                    new("Block2.4.weight", ParameterRole.Scale, 12), new("Block2.4.bias", ParameterRole.Shift, 12),
                    new("Block2.4.running_mean", ParameterRole.RunningMean, 12), new("Block2.4.running_var", ParameterRole.RunningVariance, 12),
                    new("Block2.6.weight", ParameterRole.Weight, 10, 12, 1, 1), new("Block2.6.bias", ParameterRole.Bias, 10),
                ],
                Macs: 221_088,
                ReceptiveField: 11),
            new LayerInfo("GlobalPool1", "GlobalAvgPool2d", [], [3], new Shape(10, 1, 1), [], 0, 28),
            new LayerInfo("Flatten1", "Flatten", [], [4], Shape.Flat(10), [], 0, 28),
        ]);

    public Block1Layers Block1 { get; }

    public MaxPool2d<Chw<D8, D28, D28>, Chw<D8, D14, D14>> Pool1 { get; }

    public Dropout<Chw<D8, D14, D14>> Dropout1 { get; }

    public Block2Layers Block2 { get; }

    public GlobalAvgPool2d<Chw<D10, D14, D14>, Chw<D10, D1, D1>> GlobalPool1 { get; }

    public Flatten<Chw<D10, D1, D1>, Features<D10>> Flatten1 { get; }

    protected override DeviceView RunInference(in Pass pass, in Arena arena, DeviceView input)
    {
        // Block1: 1x28x28 -> 8x28x28
        var block1Conv = arena.Slot(0, 6272);
        Block1.Conv.Step.Infer(pass, input, block1Conv);
        var block1 = arena.Slot(6272, 6272);
        Block1.Mlp.Infer(pass, block1Conv, block1);

        // Pool1: 8x28x28 -> 8x14x14
        var pool1 = arena.Slot(0, 1568);
        Pool1.Step.Infer(pass, block1, pool1);

        // Block2: 8x14x14 -> 10x14x14
        var block2Conv = arena.Slot(1600, 2352);
        Block2.Conv.Step.Infer(pass, pool1, block2Conv);
        var block2Pointwise1 = arena.Slot(3968, 2352);
        Block2.Pointwise1.Step.Infer(pass, block2Conv, block2Pointwise1);
        var block2 = arena.Slot(6336, 1960);
        Block2.Pointwise2.Step.Infer(pass, block2Pointwise1, block2);

        // GlobalPool1: 10x14x14 -> 10x1x1; Flatten1: -> 10
        var flatten1 = arena.Slot(0, 10);
        GlobalPool1.Step.Infer(pass, block2, flatten1);
        return flatten1;
    }

    protected override DeviceView RunForward(in Pass pass, in Arena arena, DeviceView input)
    {
        // Block1: 1x28x28 -> 8x28x28
        var block1Conv = arena.Slot(0, 6272);
        Block1.Conv.Step.Forward(pass, input, block1Conv);
        var block1 = arena.Slot(6272, 6272);
        Block1.Mlp.Forward(pass, block1Conv, block1, new Saved(arena.Slot(12544, 6272), default));

        // Pool1: 8x28x28 -> 8x14x14
        var pool1 = arena.Slot(18816, 1568);
        Pool1.Step.Forward(pass, block1, pool1);

        // Dropout1: 8x14x14, over its input
        Dropout1.Step.Forward(pass, pool1, pool1);

        // Block2: 8x14x14 -> 10x14x14
        var block2Conv = arena.Slot(20416, 2352);
        Block2.Conv.Step.Forward(pass, pool1, block2Conv, new Saved(arena.Slot(22784, 2352), arena.Fixed(0, 128)));
        var block2Pointwise1 = arena.Slot(25152, 2352);
        Block2.Pointwise1.Step.Forward(pass, block2Conv, block2Pointwise1, new Saved(arena.Slot(27520, 2352), arena.Fixed(128, 128)));
        var block2 = arena.Slot(29888, 1960);
        Block2.Pointwise2.Step.Forward(pass, block2Pointwise1, block2);

        // GlobalPool1: 10x14x14 -> 10x1x1; Flatten1: -> 10
        var flatten1 = arena.Slot(31872, 10);
        GlobalPool1.Step.Forward(pass, block2, flatten1);
        return flatten1;
    }

    protected override void RunBackward(in Pass pass, in Arena arena, DeviceView input)
    {
        // GlobalPool1, Flatten1
        var dFlatten1 = arena.Slot(43904, 10);
        var dBlock2 = arena.Slot(31936, 1960);
        GlobalPool1.Step.Backward(pass, default, default, default, dFlatten1, dBlock2);

        // Block2
        var block2Pointwise1 = arena.Slot(25152, 2352);
        var dBlock2Pointwise1 = arena.Slot(33920, 2352);
        Block2.Pointwise2.Step.Backward(pass, block2Pointwise1, default, default, dBlock2, dBlock2Pointwise1);
        var block2Conv = arena.Slot(20416, 2352);
        var dBlock2Conv = arena.Slot(36288, 2352);
        Block2.Pointwise1.Step.Backward(
            pass, block2Conv, default, new Saved(arena.Slot(27520, 2352), arena.Fixed(128, 128)), dBlock2Pointwise1, dBlock2Conv);
        var pool1 = arena.Slot(18816, 1568);
        var dPool1 = arena.Slot(20416, 1568);
        Block2.Conv.Step.Backward(pass, pool1, default, new Saved(arena.Slot(22784, 2352), arena.Fixed(0, 128)), dBlock2Conv, dPool1);

        // Dropout1
        Dropout1.Step.Backward(pass, default, default, default, dPool1, dPool1);

        // Pool1
        var block1 = arena.Slot(6272, 6272);
        var dBlock1 = arena.Slot(22784, 6272);
        Pool1.Step.Backward(pass, block1, default, default, dPool1, dBlock1);

        // Block1
        var block1Conv = arena.Slot(0, 6272);
        var dBlock1Conv = arena.Slot(29056, 6272);
        Block1.Mlp.Backward(pass, block1Conv, block1, new Saved(arena.Slot(12544, 6272), default), dBlock1, dBlock1Conv);
        Block1.Conv.Step.Backward(pass, input, block1Conv, default, dBlock1Conv, dx: default);
    }

    /// <summary>1x28x28 -> 8x28x28.</summary>
    public sealed class Block1Layers : NinBlock<Chw<D1, D28, D28>, Chw<D8, D28, D28>>
    {
        internal Block1Layers(ParameterSet parameters)
            : base(parameters, "Block1")
        {
            Conv = new(parameters, "Block1.0", new Conv2dSizes(1, 28, 28, Filters: 8, Kernel: 5, Padding: 2), relu: true);
            Pointwise1 = new(parameters, "Block1.2", relu: true);
            Pointwise2 = new(parameters, "Block1.4", relu: true);
            Mlp = new(Pointwise1.Step, Pointwise2.Step);
            Compose(Conv.Step, Mlp);
        }

        public Conv2d<Chw<D1, D28, D28>, Chw<D8, D28, D28>> Conv { get; }

        public Pointwise<Chw<D8, D28, D28>, Chw<D8, D28, D28>> Pointwise1 { get; }

        public Pointwise<Chw<D8, D28, D28>, Chw<D8, D28, D28>> Pointwise2 { get; }

        internal PointwiseMlpStep Mlp { get; }
    }

    /// <summary>8x14x14 -> 10x14x14, with batch normalisation.</summary>
    public sealed class Block2Layers : NinBlock<Chw<D8, D14, D14>, Chw<D10, D14, D14>>
    {
        internal Block2Layers(ParameterSet parameters)
            : base(parameters, "Block2")
        {
            Norm0 = new(parameters, "Block2.1");
            Conv = new(parameters, "Block2.0", new Conv2dSizes(8, 14, 14, Filters: 12, Kernel: 3, Padding: 1), Norm0, relu: true);
            Norm1 = new(parameters, "Block2.4");
            Pointwise1 = new(parameters, "Block2.3", new Conv2dSizes(12, 14, 14, Filters: 12), Norm1, relu: true);
            Pointwise2 = new(parameters, "Block2.6");
            Compose(Conv.Step, Pointwise1.Step, Pointwise2.Step);
        }

        public NormalizedConv2d<Chw<D8, D14, D14>, Chw<D12, D14, D14>> Conv { get; }

        public BatchNorm2d<Chw<D12, D14, D14>> Norm0 { get; }

        public NormalizedConv2d<Chw<D12, D14, D14>, Chw<D12, D14, D14>> Pointwise1 { get; }

        public BatchNorm2d<Chw<D12, D14, D14>> Norm1 { get; }

        public Pointwise<Chw<D12, D14, D14>, Chw<D10, D14, D14>> Pointwise2 { get; }
    }
}
