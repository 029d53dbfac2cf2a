using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>Max pooling.</summary>
public sealed class MaxPoolStep(PoolSizes sizes) : Step(
    new Shape(sizes.Channels, sizes.Height, sizes.Width), new Shape(sizes.Channels, sizes.OutHeight, sizes.OutWidth),
    StepMemory.MaxPool(sizes.Kernel, sizes.OutputLength))
{
    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<IMaxPool2dForward>().Run(pass.Stream, sizes, pass.Batch, x, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved)
    {
        if (Memory.ReadsInput) InferCore(pass, x, y);
        else pass.Op<IMaxPool2dForwardPicks>().Run(pass.Stream, sizes, pass.Batch, x, y, saved.PerExample);
    }

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (o.DX.IsNone) return;
        if (Memory.ReadsInput) pass.Op<IMaxPool2dBackward>().Run(pass.Stream, sizes, pass.Batch, o.X, o.DY, o.DX, o.Accumulate);
        else pass.Op<IMaxPool2dBackwardPicks>().Run(pass.Stream, sizes, pass.Batch, o.Saved.PerExample, o.DY, o.DX, o.Mask, o.Accumulate);
    }
}

/// <summary>Average pooling; padding counts as zeros.</summary>
public sealed class AvgPoolStep(PoolSizes sizes) : Step(
    new Shape(sizes.Channels, sizes.Height, sizes.Width), new Shape(sizes.Channels, sizes.OutHeight, sizes.OutWidth), StepMemory.Linear)
{
    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<IAvgPool2dForward>().Run(pass.Stream, sizes, pass.Batch, x, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => InferCore(pass, x, y);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (!o.DX.IsNone) pass.Op<IAvgPool2dBackward>().Run(pass.Stream, sizes, pass.Batch, o.DY, o.DX, o.Accumulate);
    }
}

/// <summary>The mean of each channel over all pixels: what NiN has instead of a linear classifier.</summary>
public sealed class GlobalAvgPoolStep(Shape shape) : Step(shape, new Shape(shape.Channels, 1, 1), StepMemory.Linear)
{
    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<IGlobalAvgPool2dForward>().Run(pass.Stream, Input.Pixels, Input.Channels, pass.Batch, x, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => InferCore(pass, x, y);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (!o.DX.IsNone)
            pass.Op<IGlobalAvgPool2dBackward>().Run(pass.Stream, Input.Pixels, Input.Channels, pass.Batch, o.DY, o.DX, o.Accumulate);
    }
}
