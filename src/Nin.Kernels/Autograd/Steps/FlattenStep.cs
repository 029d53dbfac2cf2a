using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// From channels by height by width to PyTorch's order of features. With one pixel or one channel, memory is in that order already,
/// and generated code lets the output be the input; otherwise it is a transposition.
/// </summary>
public sealed class FlattenStep(Shape shape) : Step(shape, Shape.Flat((int)shape.Length), StepMemory.Linear)
{
    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<ITranspose>().Run(pass.Stream, Input.Pixels, Input.Channels, pass.Batch, x, y, accumulate: false);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => InferCore(pass, x, y);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (!o.DX.IsNone)
            pass.Op<ITranspose>().Run(pass.Stream, Input.Channels, Input.Pixels, pass.Batch, o.DY, o.DX, o.Accumulate);
    }
}
