using Nin.Kernels.Tests.Activations;
using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Autograd;

/// <summary>A step that fuses others gives what they give one by one.</summary>
public sealed class StepTests
{
    static readonly Shape Image = new(3, 4, 5);

    static readonly ParameterSpec[] Specs =
    [
        new("w1", ParameterRole.Weight, 6, 3, 1, 1), new("b1", ParameterRole.Bias, 6),
        new("w2", ParameterRole.Weight, 4, 6, 1, 1), new("b2", ParameterRole.Bias, 4),
        new("norm.weight", ParameterRole.Scale, 6), new("norm.bias", ParameterRole.Shift, 6),
        new("norm.running_mean", ParameterRole.RunningMean, 6), new("norm.running_var", ParameterRole.RunningVariance, 6),
    ];

    [Theory, InlineData("cpu", true), InlineData("cpu", false), InlineData("emulator", true)]
    public void A_pointwise_MLP_is_its_two_convolutions(string device, bool lastRelu)
    {
        float[][] apart = Run(device, run => [First(run, relu: true), Second(run, lastRelu)], "w1", "b1", "w2", "b2");
        float[][] fused = Run(device, run => [new PointwiseMlpStep(First(run, relu: true), Second(run, lastRelu))], "w1", "b1", "w2", "b2");
        for (int i = 0; i < apart.Length; i++) fused[i].Should().Equal(apart[i]);
    }

    [Theory, InlineData("cpu", true), InlineData("cpu", false), InlineData("emulator", true)]
    public void A_normalised_convolution_is_a_convolution_and_a_normalisation(string device, bool relu)
    {
        string[] names = ["w1", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"];
        float[][] apart = Run(device, run => [First(run, relu: false), new BatchNormStep(new Shape(6, 4, 5), Norm(run), relu)], names);
        float[][] fused = Run(
            device, run => [new NormalizedConvolutionStep(First(run, false).Sizes, run.Parameters["w1"], null, Norm(run), relu)], names);
        for (int i = 0; i < apart.Length; i++) fused[i].Should().Equal(apart[i]);
    }

    public static TheoryData<string, string, bool> Activated
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (bool normalised in new[] { true, false })
            {
                foreach (string name in ActivationCases.All.Keys) data.Add("cpu", name, normalised);
                foreach (string name in new[] { OutputElu.Name, Silu.Name }) data.Add("emulator", name, normalised);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Activated))]
    public void A_convolution_and_its_activation_are_one_step_of_the_same_bits(string device, string name, bool normalised)
    {
        ActivationCase activation = ActivationCases.All[name];
        string[] names = normalised ? ["w1", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"] : ["w1"];
        Step Joined(TapeRun run) => normalised
            ? activation.After(First(run, relu: false).Then(new BatchNormStep(new Shape(6, 4, 5), Norm(run), relu: false)))
            : activation.After(First(run, relu: false));
        float[][] apart = Run(
            device,
            run => normalised
                ? [First(run, relu: false), new BatchNormStep(new Shape(6, 4, 5), Norm(run), relu: false), activation.Step(new Shape(6, 4, 5))]
                : [First(run, relu: false), activation.Step(new Shape(6, 4, 5))],
            names);
        float[][] fused = Run(device, run => [Joined(run)], names);
        for (int i = 0; i < apart.Length; i++) fused[i].Should().Equal(apart[i]);
        fused[1].Should().Contain(g => g != 0);

        using var run = new TapeRun(device, Specs);
        float[] x = TapeRun.Integers(1, 2 * 60);
        Step plain = normalised
            ? First(run, relu: false).Then(new BatchNormStep(new Shape(6, 4, 5), Norm(run), relu: false)) : First(run, relu: false);
        Infer(run, Joined(run), x).Should().Equal(Infer(run, activation.Step(new Shape(6, 4, 5)), Infer(run, plain, x)));
    }

    [Fact]
    public void An_activation_follows_a_step_of_its_shape_without_a_ReLU()
    {
        using var run = new TapeRun("cpu", Specs);
        run.Invoking(r => First(r, relu: true).Then(new ActivationStep<Silu>(new Shape(6, 4, 5)))).Should().Throw<InvalidOperationException>();
        run.Invoking(r => First(r, relu: false).Then(new ActivationStep<Silu>(new Shape(6, 5, 4))))
            .Should().Throw<ArgumentException>().WithMessage("*6x5x4*6x4x5*");
    }

    [Fact]
    public void Joined_steps_are_those_that_their_constructors_make()
    {
        string[] names = ["w1", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"];
        BatchNormStep Normalisation(TapeRun run) => new(new Shape(6, 4, 5), Norm(run), relu: false);
        float[][] made = Run(
            "cpu", run => [new NormalizedConvolutionStep(First(run, false).Sizes, run.Parameters["w1"], null, Norm(run), relu: true)], names);
        float[][] joined = Run("cpu", run => [First(run, relu: false).Then(Normalisation(run)).ThenRelu()], names);
        float[][] apart = Run("cpu", run => [First(run, relu: false), Normalisation(run).ThenRelu()], names);
        for (int i = 0; i < made.Length; i++)
        {
            joined[i].Should().Equal(made[i]);
            apart[i].Should().Equal(made[i]);
        }
    }

    [Fact]
    public void Steps_that_do_not_follow_each_other_are_not_joined()
    {
        using var run = new TapeRun("cpu", Specs);
        var normalisation = new BatchNormStep(new Shape(6, 4, 5), Norm(run), relu: false);
        run.Invoking(r => First(r, relu: true).Then(normalisation)).Should().Throw<InvalidOperationException>().WithMessage("*ThenRelu*");
        run.Invoking(r => First(r, relu: false).Then(normalisation.ThenRelu())).Should().Throw<InvalidOperationException>();
        run.Invoking(r => First(r, relu: false).Then(new BatchNormStep(new Shape(6, 5, 4), Norm(r), relu: false)))
            .Should().Throw<ArgumentException>().WithMessage("*6x5x4*6x4x5*");
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Inference_normalises_with_running_statistics_and_leaves_them(bool relu)
    {
        using var run = new TapeRun("cpu", Specs);
        run.Parameters["norm.running_var"].CopyFrom([1, 2, 3, 4, 5, 6]);
        float[] x = TapeRun.Integers(1, 2 * 60), before = run.Parameters["norm.running_mean"].ToArray();
        float[] got = Infer(run, new NormalizedConvolutionStep(First(run, false).Sizes, run.Parameters["w1"], null, Norm(run), relu), x);

        // The convolution of integers is exact, so that the bound is the normalisation's alone.
        double[] h = ReferenceConv2d.Forward(new Conv2dCase(2, 3, 4, 5, 6, 1), x.Widen(), run.Wide("w1")).Value;
        Oracle want = ReferenceBatchNorm2d.ForwardInference(
            new Norm2dCase(2, 6, 4, 5), h, run.Wide("norm.weight"), run.Wide("norm.bias"),
            run.Wide("norm.running_mean"), run.Wide("norm.running_var"), 1e-5f);
        Comparison.Agree(got, relu ? want.WithRelu() : want);
        run.Parameters["norm.running_mean"].ToArray().Should().Equal(before);
    }

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void Folded_weights_follow_all_that_they_are_made_of(string device)
    {
        using var run = new TapeRun(device, Specs);
        NormalizedConvolutionStep Step() => new(First(run, false).Sizes, run.Parameters["w1"], run.Parameters["b1"], Norm(run), relu: false);
        float[] x = TapeRun.Integers(1, 2 * 60);
        var step = Step();
        float[] last = Infer(run, step, x);
        Infer(run, step, x).Should().Equal(last);
        foreach (string name in new[] { "w1", "b1", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var" })
        {
            run.Parameters[name].CopyFrom([.. run.Parameters[name].ToArray().Select(v => v + 1)]);
            float[] got = Infer(run, step, x);
            got.Should().Equal(Infer(run, Step(), x)).And.NotEqual(last, "{0} was written", name);
            last = got;
        }
    }

    [Theory, InlineData("w1"), InlineData("b1"), InlineData("w2"), InlineData("b2"), InlineData("norm.weight"), InlineData("norm.bias")]
    public void Freezing_a_parameter_of_a_fused_step_leaves_the_other_gradients(string frozen)
    {
        string[] names = frozen is "norm.weight" or "norm.bias" ? ["norm.weight", "norm.bias"] : ["w1", "b1", "w2", "b2"];
        Step[] Steps(TapeRun run) => names.Length == 2
            ? [First(run, relu: false), new BatchNormStep(new Shape(6, 4, 5), Norm(run), relu: false)]
            : [new PointwiseMlpStep(First(run, relu: true), Second(run, relu: false))];
        float[][] all = Run("cpu", Steps, names);
        float[][] without = Run(
            "cpu",
            run =>
            {
                run.Parameters[frozen].RequiresGradient = false;
                return Steps(run);
            },
            names);
        for (int i = 0; i < all.Length; i++)
        {
            bool isFrozen = i >= 2 && names[i - 2] == frozen;
            without[i].Should().Equal(isFrozen ? new float[all[i].Length] : all[i]);
        }
    }

    [Theory, InlineData(11), InlineData(12)]
    public void A_pooling_goes_back_to_its_maxima_whether_a_byte_can_name_them_or_not(int kernel)
    {
        var sizes = new PoolSizes(Channels: 2, Height: 13, Width: 12, Kernel: kernel, Stride: 1);
        var pooling = new Pool2dCase(1, 2, 13, 12, kernel, 1);
        using var run = new TapeRun();
        float[] x = RandomData.Normal(1, 2 * 13 * 12), dy = RandomData.Normal(2, pooling.OutputLength);
        Traced input = run.Input(x, 1, new Shape(2, 13, 12), needsGradient: true);
        var step = new MaxPoolStep(sizes);
        step.Memory.SavedPerExample.Should().Be(kernel == 12 ? sizes.OutputLength : (sizes.OutputLength + 3) / 4);
        run.Backward(run.Tape.Apply(step, input), dy);
        Comparison.Agree(input.Gradient.ToArray(Layout.Nchw), ReferenceMaxPool2d.Backward(pooling, x.Widen(), dy.Widen()), "dx");
    }

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void A_normalisation_of_features_takes_statistics_over_the_examples(string device)
    {
        var s = new Norm2dCase(9, 6, 1, 1);
        float[] x = RandomData.Normal(1, s.Length), dy = RandomData.Normal(2, s.Length);
        using var run = new TapeRun(device, Specs);
        double[] mean = run.Wide("norm.running_mean"), variance = run.Wide("norm.running_var"), gamma = run.Wide("norm.weight");
        Traced input = run.Input(x, s.Batch, Shape.Flat(6), needsGradient: true);
        Traced value = run.Tape.Apply(new BatchNormStep(Shape.Flat(6), Norm(run), relu: false), input);
        run.Backward(value, dy);

        Comparison.Agree(
            value.Value.ToArray(Layout.Nchw), ReferenceBatchNorm2d.ForwardTraining(s, x.Widen(), gamma, run.Wide("norm.bias"), 1e-5f), "y");
        Comparison.Agree(run.Parameters["norm.running_mean"].ToArray(), ReferenceBatchNorm2d.RunningMean(s, x.Widen(), mean, 0.1f), "running mean");
        Comparison.Agree(run.Parameters["norm.running_var"].ToArray(), ReferenceBatchNorm2d.RunningVar(s, x.Widen(), variance, 0.1f), "running variance");
        Comparison.Agree(input.Gradient.ToArray(Layout.Nchw), ReferenceBatchNorm2d.BackwardData(s, x.Widen(), gamma, dy.Widen(), 1e-5f), "dx");
        Comparison.Agree(run.Gradient("norm.weight"), ReferenceBatchNorm2d.BackwardGamma(s, x.Widen(), dy.Widen(), 1e-5f), "dgamma");
        Comparison.Agree(run.Gradient("norm.bias"), ReferenceBatchNorm2d.BackwardBeta(s, dy.Widen()), "dbeta");
    }

    [Fact]
    public void A_normalisation_refuses_a_shape_of_other_channels()
    {
        using var run = new TapeRun("cpu", Specs);
        FluentActions.Invoking(() => new BatchNormStep(new Shape(5, 4, 5), Norm(run), relu: false))
            .Should().Throw<ArgumentException>().WithMessage("norm.weight has 6 elements*5 channels*");
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Parameters_of_a_normalisation_are_equally_many(int wrong)
    {
        ParameterSpec[] specs = [.. Specs[4..]];
        specs[wrong] = new ParameterSpec(specs[wrong].Name, specs[wrong].Role, 7);
        using var run = new TapeRun("cpu", specs);
        FluentActions.Invoking(() => Norm(run)).Should().Throw<ArgumentException>().WithMessage($"{specs[wrong].Name} has 7 elements*norm.weight 6*");
    }

    [Theory, InlineData(0, 0.1), InlineData(-1, 0.1), InlineData(double.NaN, 0.1), InlineData(1e-60, 0.1), InlineData(1e-5, -0.1), InlineData(1e-5, 1.1)]
    public void Epsilon_and_momentum_of_a_normalisation_are_in_their_ranges(double epsilon, double momentum)
    {
        using var run = new TapeRun("cpu", Specs);
        FluentActions.Invoking(() => new BatchNormalization(run.Parameters, "norm", epsilon, momentum))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName(momentum == 0.1 ? "epsilon" : "momentum");
    }

    [Fact]
    public void A_step_that_cannot_mask_says_so()
    {
        using var run = new TapeRun();
        var step = new ActivationStep<Relu>(Image);
        Traced x = run.Input(TapeRun.Integers(1, 2 * 60), 2, Image);
        FluentActions.Invoking(() => step.Backward(run.Tape.Pass(2), x.Value.View, x.Value.View, y: x.Value.View, mask: true))
            .Should().Throw<ArgumentException>().WithParameterName("mask");
    }

    [Fact]
    public void Inference_drops_nothing()
    {
        using var run = new TapeRun();
        float[] x = TapeRun.Integers(1, 2 * 60);
        Infer(run, new DropoutStep(Image, 0.5, layer: 0), x).Should().Equal(x);
    }

    [Fact]
    public void A_training_pass_counts_a_write_to_the_running_statistics()
    {
        using var run = new TapeRun("cpu", Specs);
        (long trained, long buffers) = (run.Parameters.Version, run.Parameters.BufferVersion);
        run.Tape.Apply(new BatchNormStep(new Shape(6, 2, 2), Norm(run), relu: false), run.Input(TapeRun.Integers(1, 48), 2, new Shape(6, 2, 2)));
        run.Parameters.Version.Should().Be(trained);
        run.Parameters.BufferVersion.Should().BeGreaterThan(buffers);
    }

    static ConvolutionStep First(TapeRun run, bool relu) =>
        run.Convolution(new Conv2dCase(2, 3, 4, 5, 6, 1), "w1", relu ? "b1" : null, relu);

    static ConvolutionStep Second(TapeRun run, bool relu) => run.Convolution(new Conv2dCase(2, 6, 4, 5, 4, 1), "w2", "b2", relu);

    static BatchNormalization Norm(TapeRun run) =>
        new(run.Parameters, "norm");

    /// <summary>Output, gradient of the input, and of each parameter its gradient, or its value where it is not trained.</summary>
    static float[][] Run(string device, Func<TapeRun, Step[]> steps, params string[] names)
    {
        using var run = new TapeRun(device, Specs);
        Traced input = run.Input(TapeRun.Integers(1, 2 * 60), 2, Image, needsGradient: true), value = input;
        foreach (Step step in steps(run)) value = run.Tape.Apply(step, value);
        float[] y = value.Value.ToArray(Layout.Nchw);
        run.Backward(value, TapeRun.Integers(2, y.Length));
        return
        [
            y, input.Gradient.ToArray(Layout.Nchw),
            .. names.Select(n => run.Parameters[n].Spec.IsTrainable ? run.Gradient(n) : run.Parameters[n].ToArray()),
        ];
    }

    static float[] Infer(TapeRun run, Step step, float[] x)
    {
        Traced input = run.Input(x, 2, step.Input);
        using var y = new TensorBuffer(run.Device, 2, step.Output);
        step.Infer(run.Tape.Pass(2), input.Value.View, y.Tensor.View);
        return y.ToArray(Layout.Nchw);
    }
}
