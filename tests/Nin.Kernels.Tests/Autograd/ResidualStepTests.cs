using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Autograd;

/// <summary>A convolution, its normalisation and a sum as one step give what they give one by one.</summary>
public sealed class ResidualStepTests
{
    const int Batch = 3;

    static readonly Conv2dCase Case = new(Batch, 6, 4, 5, 6, 3, Padding: 1);
    static readonly Norm2dCase Norm = new(Batch, 6, 4, 5);
    static readonly Shape Image = new(6, 4, 5);

    static readonly string[] Trained = ["w", "norm.weight", "norm.bias"];

    static readonly ParameterSpec[] Specs =
    [
        new("w", ParameterRole.Weight, 6, 6, 3, 3),
        new("norm.weight", ParameterRole.Scale, 6), new("norm.bias", ParameterRole.Shift, 6),
        new("norm.running_mean", ParameterRole.RunningMean, 6), new("norm.running_var", ParameterRole.RunningVariance, 6),
    ];

    [Theory]
    [InlineData("cpu", true, false), InlineData("cpu", false, false), InlineData("cpu", true, true), InlineData("cpu", false, true)]
    [InlineData("emulator", true, false), InlineData("emulator", false, true)]
    public void It_is_its_layers_to_the_bit(string device, bool relu, bool addsItsInput)
    {
        float[][] apart = Run(device, addsItsInput, (run, x, residual) =>
        {
            Traced h = run.Tape.Apply(Normalisation(run), run.Tape.Apply(Convolution(run), x));
            Traced sum = run.Tape.Apply(new AddStep(Image, 2), residual, h);
            return relu ? run.Tape.Apply(new ActivationStep<Relu>(Image), sum) : sum;
        });
        float[][] fused = Run(device, addsItsInput, (run, x, residual) => run.Tape.Apply(Step(run, relu), x, residual));
        for (int i = 0; i < apart.Length; i++) fused[i].Should().Equal(apart[i]);
    }

    [Fact]
    public void Its_gradients_agree_with_central_differences()
    {
        const double h = 1e-6;
        using var run = new TapeRun("cpu", Specs);
        foreach (string name in Trained) run.Parameters[name].CopyFrom(RandomData.Normal(name.Length, (int)run.Parameters[name].Length));
        float[] x = RandomData.Normal(1, Case.InputLength), residual = RandomData.Normal(2, Case.OutputLength), dy = RandomData.Normal(3, Case.OutputLength);
        Traced input = run.Input(x, Batch, Image, needsGradient: true), added = run.Input(residual, Batch, Image, needsGradient: true);
        run.Backward(run.Tape.Apply(Step(run, relu: true), input, added), dy);
        double[][] point = [x.Widen(), residual.Widen(), .. Trained.Select(run.Wide)];
        float[][] gradients = [input.Gradient.ToArray(Layout.Nchw), added.Gradient.ToArray(Layout.Nchw), .. Trained.Select(run.Gradient)];
        for (int i = 0; i < point.Length; i++)
        {
            double[] direction = RandomData.Normal(10 + i, point[i].Length).Widen();
            double numeric = (Loss(h) - Loss(-h)) / (2 * h);
            double[] terms = [.. gradients[i].Zip(direction, (g, v) => g * v)];
            // Each gradient ends sums of some 60 terms, whose roundings are of 2^-24.
            Math.Abs(numeric - terms.Sum()).Should().BeLessThan(60.0 / (1 << 24) * terms.Sum(Math.Abs), "of operand {0}", i);

            double Loss(double step)
            {
                double[][] at = [.. point];
                at[i] = [.. point[i].Zip(direction, (value, v) => value + step * v)];
                double[] z = ReferenceBatchNorm2d.ForwardTraining(Norm, ReferenceConv2d.Forward(Case, at[0], at[2]).Value, at[3], at[4]).Value;
                return OracleGradient.Dot(dy.Widen(), ReferenceRelu.Forward(ReferenceAdd.Forward(z, at[1]).Value).Value);
            }
        }
    }

    [Theory, InlineData("cpu", true), InlineData("cpu", false), InlineData("emulator", true)]
    public void Inference_folds_the_normalisation(string device, bool relu)
    {
        using var run = new TapeRun(device, Specs);
        run.Parameters["norm.running_var"].CopyFrom([1, 2, 3, 4, 5, 6]);
        float[] x = TapeRun.Integers(1, Case.InputLength), residual = TapeRun.Integers(2, Case.OutputLength);
        Traced input = run.Input(x, Batch, Image), added = run.Input(residual, Batch, Image);
        using var y = new TensorBuffer(run.Device, Batch, Image);
        Step(run, relu).Infer(run.Tape.Pass(Batch), input.Value.View, added.Value.View, y.Tensor.View);

        // With s = gamma / sqrt(variance + eps): y = (w s) * x + (beta - mean s) + residual, each s and product of s with a few roundings.
        double[] gamma = run.Wide("norm.weight"), variance = run.Wide("norm.running_var"), mean = run.Wide("norm.running_mean"), beta = run.Wide("norm.bias");
        double[] scale = [.. gamma.Zip(variance, (g, v) => g / Math.Sqrt(v + 1e-5f))];
        double[] weights = [.. run.Wide("w").Select((w, i) => w * scale[i / (6 * 9)])];
        double[] bias = [.. beta.Select((b, c) => b - mean[c] * scale[c])];
        Oracle want = ReferenceConv2d.Forward(Case, x.Widen(), weights, bias).AddedTo(residual.Widen()).WithOperandError(6.0 / (1 << 24), 1);
        Comparison.Agree(y.ToArray(Layout.Nchw), relu ? want.WithRelu() : want);
    }

    [Fact]
    public void Inference_folds_anew_when_a_bias_of_another_set_changes()
    {
        using var run = new TapeRun("cpu", Specs);
        using var other = new ParameterSet(run.Device, [new ParameterSpec("b", ParameterRole.Bias, 6)]);
        run.Parameters["norm.running_var"].CopyFrom([1, 2, 3, 4, 5, 6]);
        run.Parameters["norm.weight"].CopyFrom([1, 1, 1, 1, 1, 1]);
        var sizes = new Conv2dSizes(Case.Channels, Case.Height, Case.Width, Case.Filters, Case.Kernel, Padding: 1);
        ResidualStep step = new NormalizedConvolutionStep(
            sizes, run.Parameters["w"], other["b"], new BatchNormalization(run.Parameters, "norm"), relu: false).ThenAdd();
        Traced input = run.Input(TapeRun.Integers(1, Case.InputLength), Batch, Image), added = run.Input(TapeRun.Integers(2, Case.OutputLength), Batch, Image);
        float[] before = Infer();
        other["b"].CopyFrom([1, 1, 1, 1, 1, 1]);
        Infer().Should().NotEqual(before);

        float[] Infer()
        {
            using var y = new TensorBuffer(run.Device, Batch, Image);
            step.Infer(run.Tape.Pass(Batch), input.Value.View, added.Value.View, y.Tensor.View);
            return y.ToArray(Layout.Nchw);
        }
    }

    [Fact]
    public void Steps_of_other_shapes_and_with_a_ReLU_are_refused()
    {
        using var run = new TapeRun("cpu", Specs);
        run.Invoking(r => Convolution(r).Then(Normalisation(r)).ThenRelu().ThenAdd()).Should().Throw<InvalidOperationException>();
        Traced x = run.Input(TapeRun.Integers(1, Case.InputLength), Batch, Image), small = run.Input(TapeRun.Integers(1, 6), 1, new Shape(6, 1, 1));
        run.Invoking(r => r.Tape.Apply(Step(r, relu: true), x, small)).Should().Throw<ArgumentException>().WithMessage("Input 1*6x4x5*6x1x1*");
        run.Invoking(r => Step(r, relu: true).Infer(r.Tape.Pass(Batch), x.Value.View, small.Value.View, x.Value.View))
            .Should().Throw<ArgumentException>().WithParameterName("residual");
    }

    static ConvolutionStep Convolution(TapeRun run) => run.Convolution(Case, "w", null, relu: false);

    static BatchNormStep Normalisation(TapeRun run) => new(Image, new BatchNormalization(run.Parameters, "norm"), relu: false);

    static ResidualStep Step(TapeRun run, bool relu)
    {
        ResidualStep step = Convolution(run).Then(Normalisation(run)).ThenAdd();
        return relu ? step.ThenRelu() : step;
    }

    /// <summary>Output, gradients of both inputs and of the parameters, and running statistics.</summary>
    static float[][] Run(string device, bool addsItsInput, Func<TapeRun, Traced, Traced, Traced> forward)
    {
        using var run = new TapeRun(device, Specs);
        Traced x = run.Input(RandomData.Normal(1, Case.InputLength), Batch, Image, needsGradient: true);
        Traced residual = addsItsInput ? x : run.Input(RandomData.Normal(2, Case.OutputLength), Batch, Image, needsGradient: true);
        Traced y = forward(run, x, residual);
        float[] output = y.Value.ToArray(Layout.Nchw);
        run.Backward(y, RandomData.Normal(3, output.Length));
        return
        [
            output, x.Gradient.ToArray(Layout.Nchw), residual.Gradient.ToArray(Layout.Nchw), .. Trained.Select(run.Gradient),
            run.Parameters["norm.running_mean"].ToArray(), run.Parameters["norm.running_var"].ToArray(),
        ];
    }
}
