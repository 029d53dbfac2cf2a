using Nin.Ops;

namespace Nin;

/// <summary>The sum of two or more branches, added from left to right.</summary>
public sealed class AddStep(Shape shape, int count) : MergeStep([.. Enumerable.Repeat(shape, count)], shape)
{
    /// <inheritdoc/>
    public override void Forward(in Pass pass, ReadOnlySpan<DeviceView> inputs, DeviceView y)
    {
        long length = pass.Batch * Output.Length;
        y = y.Slice(0, length);
        pass.Op<IAdd>().Run(pass.Stream, inputs[0].Slice(0, length), inputs[1].Slice(0, length), y);
        for (int i = 2; i < inputs.Length; i++) pass.Op<IAdd>().Run(pass.Stream, y, inputs[i].Slice(0, length), y);
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, int input, DeviceView dy, DeviceView dx, bool accumulate)
    {
        int length = (int)Output.Length;
        pass.Op<ICopyBlock>().Run(pass.Stream, new Block2d(pass.Batch, length, length, length), dy, dx, accumulate);
    }
}
