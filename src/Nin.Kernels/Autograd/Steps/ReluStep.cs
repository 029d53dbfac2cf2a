using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>ReLU (slope 0) or leaky ReLU on its own. The output may overwrite the input.</summary>
public sealed class ReluStep(Shape shape, double negativeSlope = 0) : Step(shape, shape, StepMemory.Relu)
{
    readonly float slope = (float)negativeSlope;

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<IReluForward>().Run(pass.Stream, slope, x.Slice(0, pass.Batch * Input.Length), y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => InferCore(pass, x, y);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (o.DX.IsNone) return;
        long length = pass.Batch * Input.Length;
        pass.Op<IReluBackward>().Run(pass.Stream, slope, o.Y.Slice(0, length), o.DY.Slice(0, length), o.DX.Slice(0, length), o.Accumulate);
    }
}
