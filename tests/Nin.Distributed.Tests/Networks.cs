using Nin;
using Nin.Layers;

namespace Nin.Distributed.Tests;

/// <summary>Every kind of sum over a batch, without batch normalisation: windows, pointwise layers, depthwise, a linear layer; dropout, a residual.</summary>
[Network(1, 28, 28, Classes = 10)]
[Conv2d(16, Kernel = 5, Padding = 2)]
[Relu]
[MaxPool2d(2)]
[NinBlock(24, 16, 24, Kernel = 3, Padding = 1)]
[Dropout(0.3)]
[Conv2d(24, Kernel = 3, Padding = 1, Groups = 24)]
[Add(nameof(Block1), nameof(Conv2))]
[Relu]
[MaxPool2d(2)]
[Flatten]
[Linear(10)]
public sealed partial class PlainNet;

/// <summary>Batch normalisation after convolutions, with a residual, and alone.</summary>
[Network(1, 28, 28, Classes = 10)]
[NinBlock(16, Kernel = 5, Padding = 2, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[Conv2d(16, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d]
[Add(nameof(Pool1), nameof(Norm1))]
[Relu]
[BatchNorm2d]
[NinBlock(16, 16, 10, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class NormNet;

/// <summary>The same kinds, small enough for an emulated GPU.</summary>
[Network(1, 11, 9, Classes = 10)]
[Conv2d(6, Kernel = 3)]
[Relu]
[MaxPool2d(2)]
[NinBlock(8, 6, 8, Kernel = 3, Padding = 1)]
[Dropout(0.3)]
[Conv2d(8, Kernel = 3, Padding = 1, Groups = 8)]
[Add(nameof(Block1), nameof(Conv2))]
[Relu]
[Flatten]
[Linear(10)]
public sealed partial class TinyNet;

/// <summary>With few kernels to compile.</summary>
[Network(1, 11, 9, Classes = 10)]
[Conv2d(6, Kernel = 3)]
[Relu]
[Flatten]
[Linear(10)]
public sealed partial class FewKernelsNet;

/// <summary>With batch normalisation.</summary>
[Network(1, 11, 9, Classes = 10)]
[NinBlock(6, 4, 10, Kernel = 3, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class TinyNormNet;

/// <summary>Four layers take 1.5 seconds each in a first step, as those do that compile kernels.</summary>
[Network(1, 28, 28, Classes = 10)]
[Custom(typeof(SlowLayer<>))]
[Custom(typeof(SlowLayer<>))]
[Conv2d(4, Kernel = 5, Stride = 4)]
[Custom(typeof(SlowLayer<>))]
[Custom(typeof(SlowLayer<>))]
[GlobalAvgPool2d]
[Flatten]
[Linear(10)]
public sealed partial class SlowNet;

/// <summary>The identity.</summary>
public sealed class SlowLayer<TShape>(Device device, string name) : StepLayer<TShape, TShape, SlowStep>(device, name, new SlowStep(TShape.Shape))
    where TShape : struct, IShape;

/// <inheritdoc cref="SlowLayer{TShape}"/>
[StepMemory(ReadsInput = false, ReadsOutput = false)]
public sealed class SlowStep(Shape shape) : Step(shape, shape)
{
    int passes;

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => pass.Span(x)[..(int)(pass.Batch * Output.Length)].CopyTo(pass.Span(y));

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved)
    {
        if (passes++ == 0) Thread.Sleep(1500);
        InferCore(pass, x, y);
    }

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (o.DX.IsNone) return;
        var from = pass.Span(o.DY)[..(int)(pass.Batch * Output.Length)];
        var to = pass.Span(o.DX);
        for (int i = 0; i < from.Length; i++) to[i] = o.Accumulate ? to[i] + from[i] : from[i];
    }
}
