using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>The mean of each channel over all pixels: what NiN has instead of a linear classifier.</summary>
public sealed class GlobalAvgPoolStep(Shape shape) : Step(shape, new Shape(shape.Channels, 1, 1), StepMemory.Linear)
{
    private protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<IGlobalAvgPool2dForward>().Run(pass.Stream, Input.Pixels, Input.Channels, pass.Batch, x, y);

    private protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => InferCore(pass, x, y);

    private protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (!o.DX.IsNone)
            pass.Op<IGlobalAvgPool2dBackward>().Run(pass.Stream, Input.Pixels, Input.Channels, pass.Batch, o.DY, o.DX, o.Accumulate);
    }
}
