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

/// <summary>The channels of two or more branches side by side, in the order given.</summary>
public sealed class ConcatStep(IReadOnlyList<Shape> inputs) : MergeStep(inputs, Joined(inputs))
{
    /// <inheritdoc/>
    public override void Forward(in Pass pass, ReadOnlySpan<DeviceView> inputs, DeviceView y)
    {
        int first = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            int channels = Inputs[i].Channels;
            var block = new Block2d((long)pass.Batch * Output.Pixels, channels, channels, Output.Channels);
            pass.Op<ICopyBlock>().Run(pass.Stream, block, inputs[i], y.Slice(first, y.Length - first), accumulate: false);
            first += channels;
        }
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, int input, DeviceView dy, DeviceView dx, bool accumulate)
    {
        int first = 0;
        for (int i = 0; i < input; i++) first += Inputs[i].Channels;
        int channels = Inputs[input].Channels;
        var block = new Block2d((long)pass.Batch * Output.Pixels, channels, Output.Channels, channels);
        pass.Op<ICopyBlock>().Run(pass.Stream, block, dy.Slice(first, dy.Length - first), dx, accumulate);
    }

    static Shape Joined(IReadOnlyList<Shape> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        int channels = inputs.Sum(s => s.Channels);
        return inputs[0].IsFlat ? Shape.Flat(channels) : new Shape(channels, inputs[0].Height, inputs[0].Width);
    }
}
