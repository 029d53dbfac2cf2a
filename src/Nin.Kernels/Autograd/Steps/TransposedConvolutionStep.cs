using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// A transposed convolution and a bias: the gradient of a convolution with respect to its input, as a layer that enlarges an image. Its own gradients are
/// that convolution's forward pass and weight gradient.
/// </summary>
public sealed class TransposedConvolutionStep : Step
{
    readonly Convolution reverse;

    readonly Parameter? bias;

    /// <param name="reverse">
    /// The convolution that leads back: from what this step gives to what it takes. Its channels are this step's filters, and its filters the channels that
    /// this step reads.
    /// </param>
    /// <param name="weight">Weights of that convolution.</param>
    /// <param name="bias">One number for each channel that comes out, or null.</param>
    /// <exception cref="ArgumentException">A parameter has the wrong number of elements.</exception>
    public TransposedConvolutionStep(in Conv2dSizes reverse, Parameter weight, Parameter? bias)
        : base(InputOf(reverse), new Shape(reverse.Channels, reverse.Height, reverse.Width), StepMemory.TransposedConvolution)
    {
        this.reverse = new Convolution(reverse, weight, bias: null);
        if (bias is not null && bias.Length != reverse.Channels)
            throw new ArgumentException($"The bias of a transposed convolution must have {reverse.Channels} elements, one for each channel that it gives; {bias.Name} has {bias.Length}.", nameof(bias));
        this.bias = bias;
        Parameters = bias is null ? [weight] : [weight, bias];
    }

    /// <summary>The convolution that leads back.</summary>
    public Conv2dSizes Reverse => reverse.Sizes;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters { get; }

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => Run(pass, x, reverse.Weight.Weights, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => Run(pass, x, reverse.Weight.WeightsOnce, y);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        if (bias is { RequiresGradient: true })
            pass.Op<IChannelSum>().Run(pass.Stream, Output.Height * Output.Width, Output.Channels, pass.Batch, o.DY, bias.Gradient, bias.BeginGradient());
        Parameter weight = reverse.Weight;
        if (weight.RequiresGradient)
            pass.Op<IConv2dBackwardWeights>().Run(pass.Stream, Reverse, pass.Batch, o.DY, o.X, weight.Gradient, dbias: default, weight.BeginGradient());
        if (!o.DX.IsNone) reverse.Run(pass, o.DY, weight.WeightsOnce, b: default, relu: false, o.DX, residual: o.Accumulate ? o.DX : default);
    }

    void Run(in Pass pass, DeviceView x, in Weights w, DeviceView y) =>
        pass.Op<IConv2dBackwardData>().Run(pass.Stream, Reverse, pass.Batch, x, w, y, accumulate: false, bias?.Value ?? default);

    static Shape InputOf(in Conv2dSizes reverse)
    {
        Convolution.RequireMade(reverse);
        return new Shape(reverse.Filters, reverse.OutHeight, reverse.OutWidth);
    }
}
