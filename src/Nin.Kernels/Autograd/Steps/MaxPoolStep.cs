using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>Max pooling.</summary>
public sealed class MaxPoolStep(PoolSizes sizes) : Step(
    new Shape(sizes.Channels, sizes.Height, sizes.Width), new Shape(sizes.Channels, sizes.OutHeight, sizes.OutWidth),
    StepMemory.MaxPool(sizes.Kernel, sizes.OutputLength))
{
    private protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<IMaxPool2dForward>().Run(pass.Stream, sizes, pass.Batch, x, y);

    private protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved)
    {
        if (Memory.ReadsInput) InferCore(pass, x, y);
        else pass.Op<IMaxPool2dForwardPicks>().Run(pass.Stream, sizes, pass.Batch, x, y, saved.PerExample);
    }

    private protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (o.DX.IsNone) return;
        if (Memory.ReadsInput) pass.Op<IMaxPool2dBackward>().Run(pass.Stream, sizes, pass.Batch, o.X, o.DY, o.DX, o.Accumulate);
        else pass.Op<IMaxPool2dBackwardPicks>().Run(pass.Stream, sizes, pass.Batch, o.Saved.PerExample, o.DY, o.DX, o.Mask, o.Accumulate);
    }
}
