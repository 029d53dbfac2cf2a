using Nin.TestKit;
using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin.Kernels.Tests.Autograd;

/// <summary>A convolution that computes the normalised values before it again gives what it gives when it reads them, to the bit.</summary>
public sealed class NormalizedOutputTests
{
    const int Batch = 3;

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (string device in (string[])["cpu", "emulator"])
        {
            foreach (string name in Readers.Keys)
            {
                // Those of many elements exist for vectorised code, which cuts them into blocks.
                if (device == "cpu" || Readers[name].InputLength < 3000) data.Add(device, name);
            }
        }

        return data;
    }

    static readonly Dictionary<string, Conv2dSizes> Readers = new()
    {
        ["depthwise"] = new(19, 9, 7, 19, Kernel: 3, Padding: 1, Groups: 19),
        ["depthwise, stride 2"] = new(16, 9, 8, 16, Kernel: 3, Stride: 2, Padding: 1, Groups: 16),
        ["depthwise, dilated"] = new(5, 11, 9, 5, Kernel: 3, Padding: 2, Dilation: 2, Groups: 5),
        ["depthwise, 5x5 without padding"] = new(7, 9, 8, 7, Kernel: 5, Groups: 7),
        ["depthwise, stride above the kernel"] = new(6, 11, 10, 6, Kernel: 2, Stride: 3, Groups: 6),
        ["depthwise, many rows"] = new(144, 40, 37, 144, Kernel: 3, Padding: 1, Groups: 144),
        ["depthwise, kernel above the image"] = new(4, 3, 3, 4, Kernel: 5, Padding: 2, Groups: 4),
        ["depthwise, stride and dilation"] = new(6, 12, 11, 6, Kernel: 3, Stride: 2, Padding: 1, Dilation: 2, Groups: 6),
        ["depthwise, uneven padding"] = new(6, 9, 8, 6, new Window2d(new(3, Stride: 2, After: 1), new(3, Stride: 2, Before: 1)), Groups: 6),
        ["depthwise, tall"] = new(3, 20, 4, 3, new Window2d(new(17, Before: 8, After: 8), new(1)), Groups: 3),
        ["pointwise"] = new(19, 6, 5, 21),
        ["pointwise, few channels"] = new(3, 6, 5, 8),
        ["pointwise, deep"] = new(300, 7, 6, 40),
        ["pointwise, deep and wide"] = new(530, 5, 6, 150),
        ["pointwise, one pixel"] = new(12, 1, 1, 10),
        ["3x3"] = new(8, 6, 5, 4, Kernel: 3, Padding: 1),
        ["grouped"] = new(8, 6, 5, 12, Kernel: 3, Padding: 1, Groups: 4),
        ["1x1, stride 2"] = new(8, 6, 5, 4, Stride: 2),
    };

    [Theory, MemberData(nameof(Cases))]
    public void Steps_give_the_same_bits_whether_what_is_between_them_is_kept_or_not(string device, string reader)
    {
        foreach (bool relu in (bool[])[true, false])
        {
            foreach (bool frozen in (bool[])[false, true]) Agree(device, Readers[reader], relu, frozen, step => step, (before, step) => step.After(before));
        }
    }

    [Theory]
    [InlineData("cpu", "pointwise", false), InlineData("cpu", "depthwise", true), InlineData("cpu", "3x3", false), InlineData("emulator", "pointwise", false)]
    public void So_do_steps_with_a_ReLU6(string device, string reader, bool frozen)
    {
        Agree(
            device, Readers[reader], relu: false, frozen, step => step.Then(new ActivationStep<Relu6>(step.Output)),
            (before, step) => step.Then(new ActivationStep<Relu6>(step.Output)).After(before), isRelu6: true);
    }

    [Fact]
    public void Steps_that_do_not_fit_are_refused()
    {
        var sizes = Readers["pointwise"];
        using var run = new TapeRun("cpu", Specs(sizes));
        NormalizedConvolutionStep first = First(run, sizes, relu: true), second = Second(run, sizes);
        second.Invoking(s => s.After(second)).Should().Throw<ArgumentException>().WithMessage("*gives 21x6x5*takes 19x6x5*");
        second.Invoking(s => s.After(new ActivationStep<Relu>(first.Output))).Should().Throw<ArgumentException>().WithMessage("*cannot be computed again*");
        using var x = new TensorBuffer(run.Device, 1, first.Input);
        var pass = run.Tape.Pass(1);
        run.Invoking(_ => first.Forward(pass, x.Tensor.View, default)).Should().Throw<ArgumentException>();

        // What the step before left, given to a step that was not joined with it.
        DeviceView some = run.Device.Allocate(10_000).View;
        var saved = new Saved(some, some);
        second.Invoking(s => s.Forward(pass, some, some, saved, before: saved)).Should().Throw<ArgumentException>().WithMessage("*by After*");
        second.Invoking(s => s.Backward(pass, some, some, some, some, saved, before: saved)).Should().Throw<ArgumentException>().WithMessage("*by After*");
        var residual = second.ThenAdd();
        residual.Invoking(s => s.Forward(pass, some, some, some, saved, before: saved)).Should().Throw<ArgumentException>().WithMessage("*by After*");
    }

    static void Agree(
        string device, in Conv2dSizes sizes, bool relu, bool frozen, Func<NormalizedConvolutionStep, Step> apart,
        Func<Step, NormalizedConvolutionStep, Step> after, bool isRelu6 = false)
    {
        float[][] kept = Run(device, sizes, relu, isRelu6, frozen, isKept: true, (_, step) => apart(step));
        float[][] again = Run(device, sizes, relu, isRelu6, frozen, isKept: false, after);
        for (int i = 0; i < kept.Length; i++) again[i].Should().Equal(kept[i], "relu {0}, frozen {1}, operand {2}", relu, frozen, i);
    }

    static float[][] Run(
        string device, in Conv2dSizes sizes, bool relu, bool isRelu6, bool frozen, bool isKept, Func<Step, NormalizedConvolutionStep, Step> reader)
    {
        using var run = new TapeRun(device, Specs(sizes));
        foreach (Parameter parameter in run.Parameters) parameter.CopyFrom(RandomData.Normal(parameter.Name.Length + parameter.Name[0], (int)parameter.Length));
        // Enough for values above 6.
        if (isRelu6) run.Parameters["a.weight"].CopyFrom([.. RandomData.Normal(9, sizes.Channels).Select(v => 5 * v)]);
        run.Parameters["a.running_var"].CopyFrom([.. RandomData.Normal(3, sizes.Channels).Select(v => 0.5f + v * v)]);
        if (frozen) run.Parameters["a.weight"].RequiresGradient = run.Parameters["a.bias"].RequiresGradient = run.Parameters["b2"].RequiresGradient = false;
        Step first = First(run, sizes, relu);
        if (isRelu6) first = ((NormalizedConvolutionStep)first).Then(new ActivationStep<Relu6>(first.Output));
        Step second = reader(first, Second(run, sizes));
        var pass = run.Tape.Pass(Batch);
        using TensorBuffer x = Filled(1, first.Input), between = Filled(2, first.Output), y = Filled(3, second.Output);
        using TensorBuffer dy = Filled(4, second.Output), dBetween = Filled(5, first.Output), dx = Filled(6, first.Input);
        Saved savedFirst = SavedOf(first), savedSecond = SavedOf(second), before = isKept ? default : savedFirst;
        first.Forward(pass, x.Tensor.View, isKept ? between.Tensor.View : default, savedFirst);
        second.Forward(pass, between.Tensor.View, y.Tensor.View, savedSecond, before);
        // What the reader computed again does not stay for the gradient.
        if (!isKept) between.CopyFrom(new float[Batch * first.Output.Length], Batch, Layout.Nhwc);
        second.Backward(pass, dy.Tensor.View, dBetween.Tensor.View, x: between.Tensor.View, saved: savedSecond, before: before);
        first.Backward(pass, dBetween.Tensor.View, dx.Tensor.View, x: x.Tensor.View, saved: savedFirst);
        return [y.ToArray(Layout.Nhwc), dx.ToArray(Layout.Nhwc), .. run.Parameters.Where(p => p.IsTrained).Select(p => run.Gradient(p.Name))];

        TensorBuffer Filled(int seed, Shape shape)
        {
            var buffer = new TensorBuffer(run.Device, Batch, shape);
            buffer.CopyFrom(RandomData.Normal(seed, (int)(Batch * shape.Length)), Batch, Layout.Nhwc);
            return buffer;
        }

        Saved SavedOf(Step step) => new(
            run.Device.Allocate(Batch * step.Memory.SavedPerExample).View, run.Device.Allocate(step.Memory.SavedFixed).View);
    }

    // The normalised step before has few channels to read: what it gives is what matters.
    static NormalizedConvolutionStep First(TapeRun run, in Conv2dSizes reader, bool relu) => new(
        new Conv2dSizes(2, reader.Height, reader.Width, reader.Channels, Kernel: 3, Padding: 1), run.Parameters["w1"], null,
        new BatchNormalization(run.Parameters, "a"), relu);

    static NormalizedConvolutionStep Second(TapeRun run, in Conv2dSizes sizes) =>
        new(sizes, run.Parameters["w2"], run.Parameters["b2"], new BatchNormalization(run.Parameters, "b"), relu: false);

    static ParameterSpec[] Specs(in Conv2dSizes sizes) =>
    [
        new("w1", ParameterRole.Weight, sizes.Channels, 2, 3, 3),
        new("w2", ParameterRole.Weight, sizes.Filters, sizes.GroupChannels, sizes.Window.Rows.Kernel, sizes.Window.Columns.Kernel),
        new("b2", ParameterRole.Bias, sizes.Filters), .. Norm("a", sizes.Channels), .. Norm("b", sizes.Filters),
    ];

    static ParameterSpec[] Norm(string name, int channels) =>
    [
        new($"{name}.weight", ParameterRole.Scale, channels), new($"{name}.bias", ParameterRole.Shift, channels),
        new($"{name}.running_mean", ParameterRole.RunningMean, channels), new($"{name}.running_var", ParameterRole.RunningVariance, channels),
    ];
}
