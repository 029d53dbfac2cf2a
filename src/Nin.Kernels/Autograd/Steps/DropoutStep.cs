using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>Dropout (Srivastava et al. 2014): scaled in training, the identity in inference. The output may overwrite the input.</summary>
/// <param name="shape">Shape of one example.</param>
/// <param name="probability">Share of elements that become zero.</param>
/// <param name="layer">The layer's number in its network, which makes its random numbers differ from another layer's.</param>
public sealed class DropoutStep(Shape shape, double probability, int layer) : Step(shape, shape, StepMemory.Dropout)
{
    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<ICopyBlock>().Run(pass.Stream, new Block2d(pass.Batch, (int)Input.Length, (int)Input.Length, (int)Input.Length), x, y, accumulate: false);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) =>
        pass.Op<IDropout>().Run(pass.Stream, Key(pass), Input.Length, pass.Batch, x, y, accumulate: false);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (!o.DX.IsNone) pass.Op<IDropout>().Run(pass.Stream, Key(pass), Input.Length, pass.Batch, o.DY, o.DX, o.Accumulate);
    }

    DropoutKey Key(in Pass pass) => new((float)probability, pass.Seed, (int)RandomPurpose.Dropout + layer, pass.Step, pass.FirstExample);
}
