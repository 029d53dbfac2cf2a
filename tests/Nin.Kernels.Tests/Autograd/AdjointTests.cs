using Nin.Kernels.Tests.Devices;
using Nin.Ops;
using Nin.Shapes.Sizes;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Autograd;

/// <summary>
/// The gradient of a linear step is its adjoint: <c>&lt;y, A x&gt; = &lt;A' y, x&gt;</c>. Inputs are small integers and factors powers of two, so both sides are
/// exact and equal or wrong. (A normalisation is linear in inference alone, where nothing goes back.)
/// </summary>
public sealed class AdjointTests
{
    const int Batch = 3;

    static readonly Shape Image = new(6, 8, 5);

    static readonly ParameterSpec[] Specs =
    [
        new("grouped", ParameterRole.Weight, 9, 2, 3, 2), new("dilated", ParameterRole.Weight, 5, 6, 3, 3),
        new("pointwise", ParameterRole.Weight, 9, 6, 1, 1), new("wide", ParameterRole.Weight, 16, 6, 5, 5), new("linear", ParameterRole.Weight, 7, 240),
    ];

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void Of_every_linear_step(string id) => Check(id);

    // Most of half a minute for compiling; OnOpenCl runs the same kernels every time.
    [OpenClTheory(isLong: true), InlineData("opencl:0")]
    [Trait("Category", "Long")]
    public void Of_every_linear_step_on_opencl(string id) => Check(id);

    static void Check(string id)
    {
        using var run = new TapeRun(id, Specs);
        foreach (var (name, step) in Steps(run)) ShouldBeAdjoint(run, name, [step.Input], inputs => run.Tape.Apply(step, inputs[0]));
        foreach (var step in Merges()) ShouldBeAdjoint(run, step.GetType().Name, step.Inputs, inputs => run.Tape.Apply(step, inputs));
    }

    static IEnumerable<(string Name, Step Step)> Steps(TapeRun run)
    {
        Window2d uneven = new(new(3, Stride: 2, Before: 2, After: 1), new(2, Before: 1));
        yield return ("grouped convolution", Convolution(run, "grouped", new(6, 8, 5, 9, uneven, Groups: 3)));
        yield return ("dilated convolution", Convolution(run, "dilated", new(6, 8, 5, 5, Kernel: 3, Stride: 2, Padding: 2, Dilation: 2)));
        yield return ("1x1 convolution", Convolution(run, "pointwise", new(6, 8, 5, 9)));
        yield return ("5x5 convolution", Convolution(run, "wide", new(6, 8, 5, 16, Kernel: 5, Padding: 2)));
        yield return ("linear", new ConvolutionStep(new(240, 1, 1, 7), Shape.Flat(7), run.Parameters["linear"], null, relu: false));
        yield return ("mean of 2x4", new AvgPoolStep(new PoolSizes(6, 8, 5, new Window2d(new(2, Stride: 2), new(4)))));
        yield return ("mean with padding", new AvgPoolStep(new PoolSizes(6, 8, 5, 2, 2, 1), countIncludePad: false));
        yield return ("mean of a row", new AvgPoolStep(new PoolSizes(6, 8, 5, new Window2d(new(8), new(1)))));
        yield return ("dropout", new DropoutStep(Image, 0.5, layer: 2));
        yield return ("flatten", new FlattenStep(Image));
    }

    static IEnumerable<MergeStep> Merges()
    {
        yield return new AddStep(Image, 3);
        yield return new ConcatStep([Image, new Shape(3, 8, 5), new Shape(1, 8, 5)]);
    }

    static ConvolutionStep Convolution(TapeRun run, string weight, in Conv2dSizes sizes) =>
        new(sizes, new Shape(sizes.Filters, sizes.OutHeight, sizes.OutWidth), run.Parameters[weight], null, relu: false);

    static void ShouldBeAdjoint(TapeRun run, string name, IReadOnlyList<Shape> shapes, Func<Traced[], Traced> forward)
    {
        run.Parameters.ZeroGrad();
        float[][] x = [.. shapes.Select((s, i) => TapeRun.Integers(1 + i, (int)(Batch * s.Length)))];
        Traced[] inputs = [.. shapes.Select((s, i) => run.Input(x[i], Batch, s, needsGradient: true))];
        Traced output = forward(inputs);
        float[] y = TapeRun.Integers(9, (int)(Batch * output.Value.Shape.Length)), ax = output.Value.ToArray(Layout.Nchw);
        run.Backward(output, y);
        double left = OracleGradient.Dot(y.Widen(), ax.Widen());
        double right = inputs.Select((input, i) => OracleGradient.Dot(x[i].Widen(), input.Gradient.ToArray(Layout.Nchw).Widen())).Sum();
        right.Should().Be(left, "<A' y, x> is <y, A x> of {0}", name).And.NotBe(0);
        // Linear in the weights as well, of the only parameter that this pass has given a gradient.
        foreach (var weight in run.Parameters.Where(p => p.GradientToArray().Any(g => g != 0)))
            OracleGradient.Dot(weight.ToArray().Widen(), weight.GradientToArray().Widen()).Should().Be(left, "<dw, w> of {0}", name);
    }
}
