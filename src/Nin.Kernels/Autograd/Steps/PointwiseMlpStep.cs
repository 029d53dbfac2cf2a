using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>The pointwise MLP of a NiN block: over each pixel two 1x1 convolutions with a ReLU between them, as a single op.</summary>
public sealed class PointwiseMlpStep : Step
{
    readonly PointwiseMlpSizes sizes;
    readonly Parameter weight1;
    readonly Parameter bias1;
    readonly Parameter weight2;
    readonly Parameter bias2;
    readonly bool lastRelu;

    /// <param name="first">The first 1x1 convolution, with bias and ReLU.</param>
    /// <param name="second">The second 1x1 convolution, with bias, and with a ReLU or without.</param>
    /// <exception cref="ArgumentException">One is not a 1x1 convolution with a bias, the first has no ReLU, or they do not fit.</exception>
    public PointwiseMlpStep(ConvolutionStep first, ConvolutionStep second)
        : base(Checked(first, second), second.Output, MemoryOf(first, second))
    {
        sizes = new PointwiseMlpSizes(
            first.Input.Height, first.Input.Width, first.Input.Channels, first.Output.Channels, second.Output.Channels);
        (weight1, bias1) = (first.Parameters[0], first.Parameters[1]);
        (weight2, bias2) = (second.Parameters[0], second.Parameters[1]);
        Parameters = [weight1, bias1, weight2, bias2];
        lastRelu = second.HasRelu;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters { get; }

    PointwiseMlpWeights Weights => new(weight1.Weights, bias1.Value, weight2.Weights, bias2.Value);

    PointwiseMlpWeights WeightsOnce => new(weight1.WeightsOnce, bias1.Value, weight2.WeightsOnce, bias2.Value);

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) =>
        pass.Op<IPointwiseMlpForward>().Run(pass.Stream, sizes, pass.Batch, x, Weights, lastRelu, h: default, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) =>
        pass.Op<IPointwiseMlpForward>().Run(pass.Stream, sizes, pass.Batch, x, WeightsOnce, lastRelu, saved.PerExample, y);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        bool accumulate = Convolution.BeginGradients(pass, [weight1, bias1, weight2, bias2]);
        var gradients = new PointwiseMlpGradients(weight1.Gradient, bias1.Gradient, weight2.Gradient, bias2.Gradient);
        pass.Op<IPointwiseMlpBackward>().Run(
            pass.Stream, sizes, pass.Batch, o.X, o.Saved.PerExample, o.Y, lastRelu && !o.Y.IsNone, WeightsOnce, o.DY, o.DX, gradients,
            o.Accumulate, accumulate);
    }

    static StepMemory MemoryOf(ConvolutionStep first, ConvolutionStep second) => StepMemory.PointwiseMlp(
        first.Input.Pixels, first.Input.Channels, first.Output.Channels, second.Output.Channels, second.HasRelu);

    static Shape Checked(ConvolutionStep first, ConvolutionStep second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        Require(first, nameof(first));
        Require(second, nameof(second));
        if (!first.HasRelu) throw new ArgumentException("The first convolution of a pointwise MLP must have a ReLU.", nameof(first));
        return first.Output == second.Input
            ? first.Input
            : throw new ArgumentException(
                $"The second convolution of a pointwise MLP must take the first one's output, {first.Output}, and not {second.Input}.", nameof(second));
    }

    static void Require(ConvolutionStep step, string name)
    {
        if (step is not { Sizes.IsPointwise: true, Parameters.Count: 2 })
        {
            throw new ArgumentException(
                $"A pointwise MLP is made of 1x1 convolutions with a bias, stride 1, no padding and one group; the {name} one is {step.Sizes.Window} " +
                $"in {step.Sizes.Groups} groups with {step.Parameters.Count - 1} biases.", name);
        }
    }
}
