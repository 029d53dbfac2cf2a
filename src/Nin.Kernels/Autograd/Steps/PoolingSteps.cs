using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>Max pooling.</summary>
public sealed class MaxPoolStep : Step
{
    readonly PoolSizes sizes;

    /// <param name="sizes">Sizes of one example.</param>
    /// <exception cref="ArgumentException">A window has more taps than an argmax index can count.</exception>
    public MaxPoolStep(PoolSizes sizes)
        : base(
            new Shape(sizes.Channels, sizes.Height, sizes.Width), new Shape(sizes.Channels, sizes.OutHeight, sizes.OutWidth),
            StepMemory.MaxPool(sizes.Window, sizes.OutputLength))
    {
        long taps = (long)Math.Min(sizes.Window.Rows.Kernel, sizes.Height) * Math.Min(sizes.Window.Columns.Kernel, sizes.Width);
        if (taps > ArgmaxFormat.MostTaps)
            throw new ArgumentException($"A window has {taps:N0} taps in the image, and max pooling counts {ArgmaxFormat.MostTaps:N0}.", nameof(sizes));
        this.sizes = sizes;
    }

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<IMaxPool2dForward>().Run(pass.Stream, sizes, pass.Batch, x, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) =>
        pass.Op<IMaxPool2dForwardArgmax>().Run(pass.Stream, sizes, pass.Batch, x, y, saved.PerExample);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (!o.DX.IsNone)
            pass.Op<IMaxPool2dBackward>().Run(pass.Stream, sizes, pass.Batch, o.Saved.PerExample, o.DY, o.DX, o.Mask, o.Accumulate);
    }
}

/// <summary>Average pooling.</summary>
public sealed class AvgPoolStep : Step
{
    readonly PoolSizes sizes;
    readonly bool countIncludePad;

    /// <param name="sizes">Sizes of one example, without dilation.</param>
    /// <param name="countIncludePad">Whether padding counts, as zeros; otherwise a window's mean is that of its pixels in the image.</param>
    /// <exception cref="ArgumentException">The window is dilated.</exception>
    public AvgPoolStep(PoolSizes sizes, bool countIncludePad = LayerDefaults.CountIncludePad)
        : base(
            new Shape(sizes.Channels, sizes.Height, sizes.Width), new Shape(sizes.Channels, sizes.OutHeight, sizes.OutWidth), StepMemory.Linear)
    {
        if (sizes.Window.Rows.Dilation != 1 || sizes.Window.Columns.Dilation != 1)
            throw new ArgumentException($"Average pooling has no dilation, but the window is {sizes.Window}.", nameof(sizes));
        this.sizes = sizes;
        this.countIncludePad = countIncludePad;
    }

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<IAvgPool2dForward>().Run(pass.Stream, sizes, countIncludePad, pass.Batch, x, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => InferCore(pass, x, y);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (!o.DX.IsNone) pass.Op<IAvgPool2dBackward>().Run(pass.Stream, sizes, countIncludePad, pass.Batch, o.DY, o.DX, o.Accumulate);
    }
}
