using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>Average pooling; padding counts as zeros.</summary>
public sealed class AvgPoolStep(PoolSizes sizes) : Step(
    new Shape(sizes.Channels, sizes.Height, sizes.Width), new Shape(sizes.Channels, sizes.OutHeight, sizes.OutWidth), StepMemory.Linear)
{
    private protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<IAvgPool2dForward>().Run(pass.Stream, sizes, pass.Batch, x, y);

    private protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => InferCore(pass, x, y);

    private protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (!o.DX.IsNone) pass.Op<IAvgPool2dBackward>().Run(pass.Stream, sizes, pass.Batch, o.DY, o.DX, o.Accumulate);
    }
}
