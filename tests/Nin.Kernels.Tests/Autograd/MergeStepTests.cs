using Nin.TestKit;

namespace Nin.Kernels.Tests.Autograd;

public sealed class MergeStepTests
{
    const int Batch = 3;

    static readonly Shape Image = new(5, 4, 3), Gate = new(5, 1, 1);

    /// <summary>Branches by name: i for an image, g for a gate.</summary>
    [Theory]
    [InlineData("cpu", "ii"), InlineData("cpu", "ig"), InlineData("cpu", "gi"), InlineData("cpu", "iii"), InlineData("cpu", "ggi"), InlineData("cpu", "giigi")]
    [InlineData("emulator", "ig"), InlineData("emulator", "giig")]
    public void A_product_gives_each_branch_the_others_times_the_gradient(string device, string branches)
    {
        using var run = new TapeRun(device);
        float[][] values = [.. branches.Select((b, i) => TapeRun.Integers(i, (int)(Batch * Of(b).Length)))];
        Traced[] inputs = [.. branches.Select((b, i) => run.Input(values[i], Batch, Of(b), needsGradient: true))];
        double[][] wide = [.. values.Select(v => v.Widen())];
        float[] dy = TapeRun.Integers(99, (int)(Batch * Image.Length));

        Traced product = run.Tape.Apply(new MultiplyStep([.. branches.Select(Of)]), inputs);
        run.Backward(product, dy);

        Same(product.Value.ToArray(Layout.Nchw), ReferenceMultiply.Forward(wide), "y");
        for (int i = 0; i < branches.Length; i++)
            Same(inputs[i].Gradient.ToArray(Layout.Nchw), ReferenceMultiply.Backward(dy.Widen(), i, wide), $"gradient of branch {i}");
    }

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void Squeeze_and_excitation_adds_the_gradient_of_the_scaled_image_to_that_of_the_squeezed(string device)
    {
        using var run = new TapeRun(device);
        float[] x = TapeRun.Integers(1, (int)(Batch * Image.Length)), dy = TapeRun.Integers(2, x.Length);
        Traced input = run.Input(x, Batch, Image, needsGradient: true);
        Traced gate = run.Tape.Apply(new MaxPoolStep(Ops.PoolSizes.Global(Image)), input);
        run.Backward(run.Tape.Apply(new MultiplyStep([Image, Gate]), input, gate), dy);

        var pooling = new Pool2dCase(Batch, 5, 4, 3, 4, Across: new(3));
        double[] squeezed = ReferenceMaxPool2d.Forward(pooling, x.Widen()).Value;
        double[] dgate = ReferenceMultiply.Backward(dy.Widen(), 1, x.Widen(), squeezed).Value;
        double[] direct = ReferenceMultiply.Backward(dy.Widen(), 0, x.Widen(), squeezed).Value;
        Same(input.Gradient.ToArray(Layout.Nchw), ReferenceAdd.Forward(direct, ReferenceMaxPool2d.Backward(pooling, x.Widen(), dgate).Value), "dx");
    }

    [Theory]
    [InlineData(3), InlineData(4)]
    public void A_value_times_itself_gets_the_gradient_of_each_factor(int power)
    {
        using var run = new TapeRun();
        float[] x = TapeRun.Integers(1, (int)(Batch * Image.Length));
        Traced input = run.Input(x, Batch, Image, needsGradient: true);
        Traced[] factors = [.. Enumerable.Repeat(input, power)];
        run.Backward(run.Tape.Apply(new MultiplyStep([.. factors.Select(_ => Image)]), factors), [.. x.Select(_ => 1f)]);
        input.Gradient.ToArray(Layout.Nchw).Should().Equal(x.Select(v => power * MathF.Pow(v, power - 1)));
    }

    [Fact]
    public void Branches_that_do_not_fit_are_refused_when_a_step_is_made()
    {
        Refused(() => new AddStep(Image, 1), "*2 or more, not 1*");
        Refused(() => new ConcatStep([Image]), "*2 or more, not 1*");
        Refused(() => new ConcatStep([Image, Gate]), "*Input 1 is 5x1x1*5x4x3*");
        Refused(() => new ConcatStep([Gate, Shape.Flat(5)]), "*Input 1 is 5,*5x1x1*");
        Refused(() => new MultiplyStep([Image]), "*2 or more, not 1*");
        Refused(() => new MultiplyStep([]), "*2 or more, not 0*");
        Refused(() => new MultiplyStep([Image, new Shape(4, 1, 1)]), "*Input 1 is 4x1x1*5x4x3*");
        Refused(() => new MultiplyStep([new Shape(5, 2, 3), Image]), "*Input 0 is 5x2x3*5x4x3*");
        Refused(() => new MultiplyStep([Image, Shape.Flat(5)]), "*Input 1 is 5,*5x4x3*");
    }

    [Fact]
    public void A_gradient_that_reads_the_inputs_is_refused_without_them()
    {
        using var run = new TapeRun();
        Traced x = run.Input(TapeRun.Integers(1, (int)Image.Length), 1, Image);
        DeviceView view = x.Value.View;
        Refused(() => new MultiplyStep([Image, Image]).Backward(run.Tape.Pass(1), 0, view, view, accumulate: false), "*2 inputs, not 0*");
        Refused(() => new MultiplyStep([Image, Image]).Backward(run.Tape.Pass(2), 0, view, view, accumulate: false), "*2 examples of 5x4x3 need 120*60*");
        Refused(() => new AddStep(Image, 2).Forward(run.Tape.Pass(1), [view, view.Slice(0, 59)], view), "*5x4x3 need 60*59*");
    }

    static Shape Of(char branch) => branch == 'g' ? Gate : Image;

    static void Refused(Func<object> make, string message) => make.Should().Throw<ArgumentException>().WithMessage(message);

    static void Refused(Action action, string message) => action.Should().Throw<ArgumentException>().WithMessage(message);

    static void Same(float[] got, Oracle want, string what) => Comparison.Agree(got, Oracle.Exact(want.Value), what);
}
