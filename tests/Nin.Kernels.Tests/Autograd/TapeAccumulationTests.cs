using Nin.TestKit;

namespace Nin.Kernels.Tests.Autograd;

public sealed class TapeAccumulationTests
{
    static readonly Conv2dCase Case = new(2, 3, 4, 5, 4, 1);

    static readonly ParameterSpec[] Specs = [new("w", ParameterRole.Weight, 4, 3, 1, 1), new("b", ParameterRole.Bias, 4)];

    [Fact]
    public void Gradients_of_parameters_add_up_over_passes_until_ZeroGrad()
    {
        using var run = new TapeRun("cpu", Specs);
        (float[] w, float[] b) = Pass(run, 1);
        (float[] w2, _) = Pass(run, 2);
        run.Parameters.ZeroGrad();
        run.Gradient("w").Should().OnlyContain(v => v == 0, "no pass has reached it since");
        (float[] second, float[] secondB) = Pass(run, 2);

        w2.Should().Equal(w.Zip(second, (x, y) => x + y));
        second.Should().NotEqual(w);
        run.Parameters.ZeroGrad();
        Pass(run, 1).Should().BeEquivalentTo((w, b), options => options.WithStrictOrdering());
        secondB.Should().NotEqual(b);
    }

    [Fact]
    public void A_parameter_that_two_steps_share_gets_the_sum()
    {
        var square = new Conv2dCase(2, 3, 4, 5, 3, 1);
        using var run = new TapeRun("cpu", new("w", ParameterRole.Weight, 3, 3, 1, 1), new("b", ParameterRole.Bias, 3));
        float[] x = TapeRun.Integers(1, square.InputLength), dy = TapeRun.Integers(2, square.OutputLength);
        Traced first = run.Tape.Apply(run.Convolution(square, "w", "b", relu: false), run.Input(x, 2, new Shape(3, 4, 5)));
        float[] h = first.Value.ToArray(Layout.Nchw);
        run.Backward(run.Tape.Apply(run.Convolution(square, "w", "b", relu: false), first), dy);

        double[] dh = ReferenceConv2d.BackwardData(square, run.Wide("w"), dy.Widen()).Value;
        double[] late = ReferenceConv2d.BackwardWeights(square, h.Widen(), dy.Widen()).Value;
        double[] early = ReferenceConv2d.BackwardWeights(square, x.Widen(), dh).Value;
        Comparison.Agree(run.Gradient("w"), Oracle.Exact(ReferenceAdd.Forward(late, early).Value));
        double[] sums = ReferenceAdd.Forward(
            ReferenceConv2d.BackwardBias(square, dy.Widen()).Value, ReferenceConv2d.BackwardBias(square, dh).Value).Value;
        Comparison.Agree(run.Gradient("b"), Oracle.Exact(sums));
    }

    [Fact]
    public void A_bias_that_a_second_convolution_shares_adds_up_while_its_weight_starts_anew()
    {
        using var run = new TapeRun(
            "cpu", new("w", ParameterRole.Weight, 3, 3, 1, 1), new("v", ParameterRole.Weight, 3, 3, 1, 1), new("b", ParameterRole.Bias, 3));
        var square = new Conv2dCase(2, 3, 4, 5, 3, 1);
        float[] x = TapeRun.Integers(1, square.InputLength), dy = TapeRun.Integers(2, square.OutputLength);
        Traced first = run.Tape.Apply(run.Convolution(square, "w", "b", relu: false), run.Input(x, 2, new Shape(3, 4, 5)));
        run.Backward(run.Tape.Apply(run.Convolution(square, "v", "b", relu: false), first), dy);

        double[] dh = ReferenceConv2d.BackwardData(square, run.Wide("v"), dy.Widen()).Value;
        Comparison.Agree(run.Gradient("w"), Oracle.Exact(ReferenceConv2d.BackwardWeights(square, x.Widen(), dh).Value));
        double[] sums = ReferenceAdd.Forward(
            ReferenceConv2d.BackwardBias(square, dy.Widen()).Value, ReferenceConv2d.BackwardBias(square, dh).Value).Value;
        Comparison.Agree(run.Gradient("b"), Oracle.Exact(sums));
    }

    [Theory, InlineData("cpu", "norm.weight"), InlineData("cpu", "norm.bias"), InlineData("emulator", "norm.weight"), InlineData("emulator", "norm.bias")]
    public void A_normalisations_parameter_that_a_convolution_shares_adds_up_while_the_other_starts_anew(string device, string shared)
    {
        ParameterSpec[] specs =
        [
            new("w", ParameterRole.Weight, 3, 3, 1, 1), new("b", ParameterRole.Bias, 3),
            new("norm.weight", ParameterRole.Scale, 3), new("norm.bias", ParameterRole.Shift, 3),
            new("norm.running_mean", ParameterRole.RunningMean, 3), new("norm.running_var", ParameterRole.RunningVariance, 3),
        ];
        var square = new Conv2dCase(2, 3, 4, 5, 3, 1);
        (float[] bias, float[] weight, float[] shift) = Gradients("b");
        (_, float[] weightShared, float[] shiftShared) = Gradients(shared);
        bool isShift = shared == "norm.bias";
        weightShared.Should().Equal(isShift ? weight : weight.Zip(bias, (a, b) => a + b));
        shiftShared.Should().Equal(isShift ? shift.Zip(bias, (a, b) => a + b) : shift);
        bias.Should().NotContain(0f);

        // The normalisation is before the convolution, whose bias gradient therefore comes first.
        (float[] Bias, float[] Weight, float[] Shift) Gradients(string biasOfConvolution)
        {
            using var run = new TapeRun(device, specs);
            Traced input = run.Input(TapeRun.Integers(1, square.InputLength), 2, new Shape(3, 4, 5));
            Traced normalised = run.Tape.Apply(new BatchNormStep(new Shape(3, 4, 5), new BatchNormalization(run.Parameters, "norm"), relu: false), input);
            run.Backward(
                run.Tape.Apply(run.Convolution(square, "w", biasOfConvolution, relu: false), normalised), TapeRun.Integers(2, square.OutputLength));
            return (run.Gradient(biasOfConvolution), run.Gradient("norm.weight"), run.Gradient("norm.bias"));
        }
    }

    [Fact]
    public void An_input_that_needs_no_gradient_gets_none()
    {
        using var run = new TapeRun("cpu", Specs);
        Traced input = run.Input(TapeRun.Integers(1, Case.InputLength), 2, new Shape(3, 4, 5));
        run.Backward(run.Tape.Apply(run.Convolution(Case, "w", "b", relu: false), input), TapeRun.Integers(2, Case.OutputLength));
        input.Node.Gradient.IsNone.Should().BeTrue();
        FluentActions.Invoking(() => input.Gradient).Should().Throw<InvalidOperationException>();
    }

    [Theory, InlineData("w", "b"), InlineData("b", "w")]
    public void A_frozen_parameter_has_no_gradient_and_the_one_beside_it_keeps_its_own(string frozen, string trained)
    {
        using var run = new TapeRun("cpu", Specs);
        (float[] w, float[] b) = Pass(run, 1);
        run.Parameters.ZeroGrad();
        run.Parameters[frozen].RequiresGradient = false;
        Pass(run, 1);
        Pass(run, 1);
        run.Gradient(frozen).Should().OnlyContain(v => v == 0);
        run.Gradient(trained).Should().Equal((trained == "w" ? w : b).Select(v => 2 * v));
    }

    [Fact]
    public void Frozen_parameters_behind_an_input_that_needs_nothing_leave_nothing_to_compute()
    {
        using var run = new TapeRun("cpu", Specs);
        foreach (Parameter parameter in run.Parameters) parameter.RequiresGradient = false;
        FluentActions.Invoking(() => Pass(run, 1)).Should().Throw<InvalidOperationException>().WithMessage("*needs a gradient*");
    }

    [Fact]
    public void What_no_pass_reached_is_zero_for_an_optimiser()
    {
        using var run = new TapeRun("cpu", [.. Specs, new("unused", ParameterRole.Weight, 2, 2)]);
        (float[] w, _) = Pass(run, 1);
        run.Parameters["unused"].Gradient.CopyFrom([1, 2, 3, 4]);
        run.Parameters.CompleteGradients(run.Tape.Stream);
        run.Parameters["unused"].Gradient.ToArray().Should().OnlyContain(v => v == 0);
        run.Gradient("w").Should().Equal(w);
    }

    static (float[] W, float[] B) Pass(TapeRun run, int seed)
    {
        run.Tape.Reset();
        Traced input = run.Input(TapeRun.Integers(seed, Case.InputLength), 2, new Shape(3, 4, 5));
        Traced y = run.Tape.Apply(run.Convolution(Case, "w", "b", relu: true), input);
        run.Backward(y, TapeRun.Integers(seed + 50, Case.OutputLength));
        return (run.Gradient("w"), run.Gradient("b"));
    }
}
