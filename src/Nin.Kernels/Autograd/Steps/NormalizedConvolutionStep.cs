using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary><c>y = act(norm(x * w + b))</c>: a convolution with batch normalisation behind it.</summary>
public sealed class NormalizedConvolutionStep : Step
{
    readonly BatchNormalization normalization;
    readonly FoldedConvolution folded;
    readonly bool relu;

    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="weight">Weights.</param>
    /// <param name="bias">Bias, or null.</param>
    /// <param name="normalization">The normalisation of the filters.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    public NormalizedConvolutionStep(in Conv2dSizes sizes, Parameter weight, Parameter? bias, BatchNormalization normalization, bool relu)
        : base(
            new Shape(sizes.Channels, sizes.Height, sizes.Width),
            new Shape(sizes.Filters, sizes.OutHeight, sizes.OutWidth),
            StepMemory.NormalizedConvolution(sizes.OutputLength, sizes.Filters))
    {
        ArgumentNullException.ThrowIfNull(normalization);
        Convolution = new Convolution(sizes, weight, bias);
        this.normalization = normalization;
        folded = new FoldedConvolution(sizes, Convolution, normalization);
        this.relu = relu;
    }

    internal Convolution Convolution { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [.. Convolution.Parameters, .. normalization.Parameters];

    private protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => folded.Infer(pass, x, relu, y);

    private protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved)
    {
        Convolution.Forward(pass, x, relu: false, saved.PerExample);
        normalization.Forward(pass, Output, saved.PerExample, relu, y, saved.Fixed);
    }

    private protected override void BackwardCore(in Pass pass, in Operands o)
    {
        normalization.Backward(pass, Output, o.Saved.PerExample, relu, o.Saved.Fixed, o.DY, o.DY, accumulate: false);
        Convolution.Backward(pass, o.X, o.DY, o.DX, o.Accumulate);
    }
}
