using Nin.Ops;
using Nin.Shapes.Sizes;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Autograd;

/// <summary>What steps of convolutions check, share and add.</summary>
public sealed class ConvolutionStepTests
{
    const int Batch = 2;

    static readonly ParameterSpec[] Specs =
    [
        new("w1", ParameterRole.Weight, 6, 3, 1, 1), new("b1", ParameterRole.Bias, 6),
        new("w2", ParameterRole.Weight, 4, 6, 1, 1), new("b2", ParameterRole.Bias, 4),
        new("norm.weight", ParameterRole.Scale, 4), new("norm.bias", ParameterRole.Shift, 4),
        new("norm.running_mean", ParameterRole.RunningMean, 4), new("norm.running_var", ParameterRole.RunningVariance, 4),
    ];

    static readonly Conv2dCase First = new(Batch, 3, 4, 5, 6, 1), Second = new(Batch, 6, 4, 5, 4, 1);

    [Theory]
    [InlineData("cpu", true)]
    [InlineData("cpu", false)]
    [InlineData("emulator", true)]
    [InlineData("emulator", false)]
    public void A_pointwise_mlp_adds_to_the_gradients_that_stand_and_to_no_other(string device, bool secondStands)
    {
        string[] names = ["w1", "b1", "w2", "b2"];
        float[][] alone = Gradients(device, names, run => Back(run, Mlp(run)));
        float[][] before = Gradients(device, names, run => Back(run, Standing(run)));
        float[][] both = Gradients(device, names, run =>
        {
            foreach (string name in names)
            {
                var gradient = run.Parameters[name].Gradient;
                gradient.CopyFrom([.. Enumerable.Repeat(float.NaN, (int)gradient.Length)]);
            }

            Back(run, Standing(run));
            Back(run, Mlp(run));
        });
        for (int i = 0; i < names.Length; i++) both[i].Should().Equal(alone[i].Zip(before[i], (a, b) => a + b), names[i]);

        Step Standing(TapeRun run) =>
            secondStands ? run.Convolution(Second, "w2", "b2", relu: false) : run.Convolution(First, "w1", "b1", relu: false);
        static Step Mlp(TapeRun run) =>
            new PointwiseMlpStep(run.Convolution(First, "w1", "b1", relu: true), run.Convolution(Second, "w2", "b2", relu: false));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_convolution_adds_to_the_gradient_that_stands_and_to_no_other(bool biasStands)
    {
        float[] weightAlone = [], biasAlone = [];
        using (var run = new TapeRun("cpu", Specs))
        {
            Back(run, run.Convolution(First, "w1", "b1", relu: false));
            (weightAlone, biasAlone) = (run.Gradient("w1"), run.Gradient("b1"));
        }

        using var shared = new TapeRun("cpu", Specs);
        foreach (string name in new[] { "w1", "b1" }) shared.Parameters[name].Gradient.CopyFrom(new float[(int)shared.Parameters[name].Length]);
        shared.Parameters[biasStands ? "b1" : "w1"].BeginGradient();
        var other = shared.Parameters[biasStands ? "w1" : "b1"].Gradient;
        other.CopyFrom([.. Enumerable.Repeat(float.NaN, (int)other.Length)]);
        Back(shared, shared.Convolution(First, "w1", "b1", relu: false));
        shared.Gradient("w1").Should().Equal(weightAlone);
        shared.Gradient("b1").Should().Equal(biasAlone);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("emulator")]
    public void Layers_of_different_sizes_on_one_parameter_each_infer_with_their_own_packing(string device)
    {
        Agree(
            device, new("w", ParameterRole.Weight, 16, 16, 3, 3), new(1, 16, 12, 12, 16, 3, Padding: 1), new(1, 16, 3, 3, 16, 3, Padding: 1),
            new(1, 16, 12, 12, 16, 3, Stride: 2), new(1, 144, 3, 3, 16, 1));
        // As many weights, in one group and in two.
        Agree(device, new("w", ParameterRole.Weight, 48, 32, 1, 1), new(1, 32, 5, 4, 48, 1), new(1, 64, 5, 4, 48, 1, Groups: 2));
    }

    static void Agree(string device, ParameterSpec spec, params Conv2dCase[] cases)
    {
        float[][] alone = [.. cases.Select(s =>
        {
            using var run = new TapeRun(device, spec);
            return Infer(run, s);
        })];
        using var shared = new TapeRun(device, spec);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < cases.Length; i++) Infer(shared, cases[i]).Should().Equal(alone[i], cases[i].ToString());
        }

        static float[] Infer(TapeRun run, Conv2dCase s)
        {
            using var y = new TensorBuffer(run.Device, 1, new Shape(s.Filters, s.OutHeight, s.OutWidth));
            var x = run.Input(TapeRun.Integers(1, s.InputLength), 1, new Shape(s.Channels, s.Height, s.Width));
            run.Convolution(s, "w", null, relu: false).Infer(run.Tape.Pass(1), x.Value.View, y.Tensor.View);
            return y.ToArray(Layout.Nchw);
        }
    }

    [Fact]
    public void Parameters_of_another_length_are_refused()
    {
        using var run = new TapeRun("cpu", Specs);
        var (w1, b1, w2, b2) = (run.Parameters["w1"], run.Parameters["b1"], run.Parameters["w2"], run.Parameters["b2"]);
        Conv2dSizes sizes = new(3, 4, 5, 6);
        Shape output = new(6, 4, 5);
        Making(() => new ConvolutionStep(sizes, output, w2, b1, relu: false)).WithParameterName("weight").WithMessage("*18 elements*w2 has 24*");
        Making(() => new ConvolutionStep(sizes, output, w1, b2, relu: false)).WithParameterName("bias").WithMessage("*6 elements*b2 has 4*");
        FluentActions.Invoking(() => new ConvolutionStep(sizes, output, null!, b1, relu: false)).Should().Throw<ArgumentNullException>();

        var norm = new BatchNormalization(run.Parameters, "norm");
        Making(() => new NormalizedConvolutionStep(sizes, w1, null, norm, relu: false)).WithParameterName("normalization").WithMessage("*6*4*");
        Making(() => new NormalizedConvolutionStep(sizes, w2, null, norm, relu: false)).WithParameterName("weight");
        Making(() => new NormalizedConvolutionStep(default, w1, null, norm, relu: false)).WithParameterName("sizes");
    }

    [Fact]
    public void An_output_of_another_shape_is_refused()
    {
        using var run = new TapeRun("cpu", Specs);
        var (w1, b1) = (run.Parameters["w1"], run.Parameters["b1"]);
        Conv2dSizes image = new(3, 4, 5, 6), linear = new(3, 1, 1, 6);
        foreach (Shape wrong in new[] { new Shape(1, 1, 1), new(6, 4, 4), new(6, 5, 4), Shape.Flat(6), Shape.Flat(120) })
        {
            Making(() => new ConvolutionStep(image, wrong, w1, b1, relu: false)).WithParameterName("output").WithMessage($"*6x4x5*{wrong}*");
        }

        Making(() => new ConvolutionStep(linear, Shape.Flat(7), w1, b1, relu: false)).WithParameterName("output").WithMessage("*6 features*7*");
        new ConvolutionStep(linear, Shape.Flat(6), w1, b1, relu: false).Input.Should().Be(Shape.Flat(3));
        new ConvolutionStep(linear, new Shape(6, 1, 1), w1, b1, relu: false).Input.Should().Be(new Shape(3, 1, 1));
    }

    [Fact]
    public void A_pointwise_mlp_is_made_of_pointwise_convolutions_that_fit()
    {
        using var run = new TapeRun("cpu", Specs);
        ConvolutionStep first = run.Convolution(First, "w1", "b1", relu: true), second = run.Convolution(Second, "w2", "b2", relu: false);
        Making(() => new PointwiseMlpStep(run.Convolution(First, "w1", "b1", relu: false), second)).WithParameterName("first");
        Making(() => new PointwiseMlpStep(run.Convolution(First with { Height = 5, Width = 4 }, "w1", "b1", relu: true), second))
            .WithParameterName("second").WithMessage("*6x5x4*6x4x5*");
        Making(() => new PointwiseMlpStep(first, run.Convolution(Second, "w2", null, relu: false))).WithParameterName("second");
    }

    static FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Making(Func<Step> make) =>
        make.Should().Throw<ArgumentException>();

    static float[][] Gradients(string device, string[] names, Action<TapeRun> work)
    {
        using var run = new TapeRun(device, Specs);
        work(run);
        return [.. names.Select(run.Gradient)];
    }

    static void Back(TapeRun run, Step step)
    {
        float[] x = TapeRun.Integers(1, (int)(Batch * step.Input.Length)), dy = TapeRun.Integers(2, (int)(Batch * step.Output.Length));
        run.Backward(run.Tape.Apply(step, run.Input(x, Batch, step.Input)), dy);
    }
}
