using Nin.Ops;

namespace Nin;

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
