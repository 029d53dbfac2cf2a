using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>The sum of two or more branches, added from left to right, and perhaps a ReLU of it.</summary>
/// <param name="shape">Shape of one example of each branch.</param>
/// <param name="count">Branches.</param>
/// <param name="relu">Whether negative sums become zero.</param>
/// <exception cref="ArgumentException">There are fewer than two.</exception>
public sealed class AddStep(Shape shape, int count, bool relu = false)
    : MergeStep(Branches([.. Enumerable.Repeat(shape, count)], shape, (branch, one) => branch == one), shape, StepMemory.Sum(relu))
{
    /// <summary>Whether negative sums become zero.</summary>
    public bool HasRelu => relu;

    /// <summary>This step and a ReLU as one.</summary>
    public AddStep ThenRelu() => new(Output, Inputs.Count, relu: true);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, ReadOnlySpan<DeviceView> inputs, DeviceView y)
    {
        long length = pass.Batch * Output.Length;
        y = y.Slice(0, length);
        var sum = inputs[0].Slice(0, length);
        for (int i = 1; i < inputs.Length; i++, sum = y)
            pass.Op<IAdd>().Run(pass.Stream, sum, inputs[i].Slice(0, length), y, relu && i == inputs.Length - 1);
    }

    /// <inheritdoc/>
    protected override void BackwardCore(
        in Pass pass, int input, DeviceView dy, DeviceView dx, bool accumulate, ReadOnlySpan<DeviceView> inputs, DeviceView y)
    {
        if (relu && !y.IsNone)
        {
            long all = pass.Batch * Output.Length;
            pass.Op<IActivationBackward>().Run(pass.Stream, default(Relu), y.Slice(0, all), dy.Slice(0, all), dx.Slice(0, all), accumulate);
            return;
        }

        int length = (int)Output.Length;
        pass.Op<ICopyBlock>().Run(pass.Stream, new Block2d(pass.Batch, length, length, length), dy, dx, accumulate);
    }
}

/// <summary>The channels of two or more branches side by side, in the order given.</summary>
/// <exception cref="ArgumentException">There are fewer than two, or they differ in more than their channels.</exception>
public sealed class ConcatStep(IReadOnlyList<Shape> inputs) : MergeStep(inputs, Joined(inputs), StepMemory.Linear)
{
    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, ReadOnlySpan<DeviceView> inputs, DeviceView y)
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
    protected override void BackwardCore(
        in Pass pass, int input, DeviceView dy, DeviceView dx, bool accumulate, ReadOnlySpan<DeviceView> inputs, DeviceView y)
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
        Branches(inputs, inputs.Count > 0 ? inputs[0] : default, (branch, first) => (branch.Height, branch.Width, branch.IsFlat) == (first.Height, first.Width, first.IsFlat));
        int channels = inputs.Sum(s => s.Channels);
        return inputs[0].IsFlat ? Shape.Flat(channels) : new Shape(channels, inputs[0].Height, inputs[0].Width);
    }
}

/// <summary>
/// The elementwise product of two or more branches. One of <c>channels x 1 x 1</c> is a gate: it scales all pixels of each channel, as in
/// squeeze and excitation (Hu et al. 2018).
/// </summary>
/// <exception cref="ArgumentException">There are fewer than two, or one is neither of the largest shape nor a gate of it.</exception>
public sealed class MultiplyStep(IReadOnlyList<Shape> inputs) : MergeStep(inputs, Whole(inputs), StepMemory.Multiply)
{
    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, ReadOnlySpan<DeviceView> inputs, DeviceView y)
    {
        // A whole branch comes first, so that each product is whole.
        int whole = FirstWhole();
        var product = inputs[whole];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (i == whole) continue;
            pass.Op<IMultiply>().Run(pass.Stream, Sizes(pass), IsGate(i), product, inputs[i], y, accumulate: false);
            product = y;
        }
    }

    /// <inheritdoc/>
    protected override void BackwardCore(
        in Pass pass, int input, DeviceView dy, DeviceView dx, bool accumulate, ReadOnlySpan<DeviceView> inputs, DeviceView y)
    {
        // dx = dy times the other inputs, summed over the pixels for a gate. All but the last factor are multiplied in scratch, and the last is
        // a whole branch where there is one, as the sum requires. The ops below have no scratch of their own.
        var sizes = Sizes(pass);
        int last = IsGate(input) ? FirstWhole() : input == inputs.Length - 1 ? inputs.Length - 2 : inputs.Length - 1;
        var product = dy;
        if (inputs.Length > 2)
        {
            var scratch = pass.Stream.Scratch(pass.Batch * Output.Length);
            for (int i = 0; i < inputs.Length; i++)
            {
                if (i == input || i == last) continue;
                pass.Op<IMultiply>().Run(pass.Stream, sizes, IsGate(i), product, inputs[i], scratch, accumulate: false);
                product = scratch;
            }
        }

        if (IsGate(input)) pass.Op<IMultiplySum>().Run(pass.Stream, sizes, product, inputs[last], dx, accumulate);
        else pass.Op<IMultiply>().Run(pass.Stream, sizes, IsGate(last), product, inputs[last], dx, accumulate);
    }

    bool IsGate(int input) => Inputs[input] != Output;

    int FirstWhole()
    {
        int i = 0;
        while (IsGate(i)) i++;
        return i;
    }

    MultiplySizes Sizes(in Pass pass) => new(pass.Batch, Output.Pixels, Output.Channels);

    static Shape Whole(IReadOnlyList<Shape> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var whole = inputs.OrderByDescending(s => s.Pixels).FirstOrDefault();
        Branches(inputs, whole, (branch, to) => branch == to || (!to.IsFlat && branch == new Shape(to.Channels, 1, 1)));
        return whole;
    }
}
