using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary><c>y = act(x * w + b)</c>, also as 1x1 convolution or linear layer, which are plain matrix products.</summary>
public sealed class ConvolutionStep : Step
{
    readonly Convolution convolution;

    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="output">Shape that comes out: flat for a linear layer.</param>
    /// <param name="weight">Weights.</param>
    /// <param name="bias">Bias, or null.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    public ConvolutionStep(in Conv2dSizes sizes, Shape output, Parameter weight, Parameter? bias, bool relu)
        : base(InputOf(sizes, output), output, StepMemory.Convolution(relu))
    {
        convolution = new Convolution(sizes, weight, bias);
        Sizes = sizes;
        HasRelu = relu;
    }

    /// <summary>Sizes of one example.</summary>
    public Conv2dSizes Sizes { get; }

    /// <summary>Whether negative results become zero.</summary>
    public bool HasRelu { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => convolution.Parameters;

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => convolution.Infer(pass, x, HasRelu, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved) => convolution.Forward(pass, x, HasRelu, y);

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        // The output's gradient is dead afterwards, so that the mask of the ReLU may overwrite it.
        if (HasRelu && !o.Y.IsNone) Mask(pass, o.Y, o.DY);
        convolution.Backward(pass, o.X, o.DY, o.DX, o.Accumulate);
    }

    void Mask(in Pass pass, DeviceView y, DeviceView dy)
    {
        long length = pass.Batch * Output.Length;
        pass.Op<IActivationBackward>().Run(pass.Stream, default(Relu), y.Slice(0, length), dy.Slice(0, length), dy.Slice(0, length), accumulate: false);
    }

    static Shape InputOf(in Conv2dSizes sizes, Shape output) =>
        output.IsFlat ? Shape.Flat(sizes.Channels) : new Shape(sizes.Channels, sizes.Height, sizes.Width);
}

/// <summary>A convolution with its parameters: chooses between the general op and the matrix product of a 1x1 one.</summary>
sealed class Convolution(Conv2dSizes sizes, Parameter weight, Parameter? bias)
{
    readonly PointwiseSizes pointwise = new(sizes.Height * sizes.Width, sizes.Channels, sizes.Filters);

    public Parameter Weight => weight;

    public Parameter? Bias => bias;

    public IReadOnlyList<Parameter> Parameters { get; } = bias is null ? [weight] : [weight, bias];

    public void Infer(in Pass pass, DeviceView x, bool relu, DeviceView y) => Run(pass, x, weight.Weights, BiasOrNone, relu, y);

    public void Forward(in Pass pass, DeviceView x, bool relu, DeviceView y) => Run(pass, x, weight.WeightsOnce, BiasOrNone, relu, y);

    public void Backward(in Pass pass, DeviceView x, DeviceView dy, DeviceView dx, bool accumulate)
    {
        if (weight.RequiresGradient || bias is { RequiresGradient: true }) BackwardWeights(pass, x, dy);
        if (dx.IsNone) return;
        if (sizes.IsPointwise)
            pass.Op<IPointwiseBackwardData>().Run(pass.Stream, pointwise, pass.Batch, dy, weight.WeightsOnce, dx, accumulate);
        else
            pass.Op<IConv2dBackwardData>().Run(pass.Stream, sizes, pass.Batch, dy, weight.WeightsOnce, dx, accumulate);
    }

    /// <summary>With other weights and another bias (or none) of the same sizes.</summary>
    public void Run(in Pass pass, DeviceView x, in Weights w, DeviceView b, bool relu, DeviceView y)
    {
        if (sizes.IsPointwise) pass.Op<IPointwiseForward>().Run(pass.Stream, pointwise, pass.Batch, x, w, b, relu, y);
        else pass.Op<IConv2dForward>().Run(pass.Stream, sizes, pass.Batch, x, w, b, relu, y);
    }

    DeviceView BiasOrNone => bias?.Value ?? default;

    void BackwardWeights(in Pass pass, DeviceView x, DeviceView dy)
    {
        bool accumulate = weight.BeginGradient();
        bool hasBias = bias is { RequiresGradient: true };
        // Weight and bias are written together, so both were written before or neither was, unless one is shared.
        if (hasBias && bias!.BeginGradient() != accumulate)
        {
            int pixels = sizes.OutHeight * sizes.OutWidth;
            pass.Op<IChannelSum>().Run(pass.Stream, pixels, sizes.Filters, pass.Batch, dy, bias.Gradient, !accumulate);
            hasBias = false;
        }

        var dbias = hasBias ? bias!.Gradient : default;
        if (sizes.IsPointwise)
            pass.Op<IPointwiseBackwardWeights>().Run(pass.Stream, pointwise, pass.Batch, x, dy, weight.Gradient, dbias, accumulate);
        else
            pass.Op<IConv2dBackwardWeights>().Run(pass.Stream, sizes, pass.Batch, x, dy, weight.Gradient, dbias, accumulate);
    }
}
