using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary><c>y = act(norm(x * w + b))</c>: a convolution and the batch normalisation after it.</summary>
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
    /// <exception cref="ArgumentException">A parameter has another number of elements than the sizes say.</exception>
    public NormalizedConvolutionStep(in Conv2dSizes sizes, Parameter weight, Parameter? bias, BatchNormalization normalization, bool relu)
        : base(
            InputOf(sizes),
            new Shape(sizes.Filters, sizes.OutHeight, sizes.OutWidth),
            StepMemory.NormalizedConvolution(sizes.OutputLength, sizes.Filters))
    {
        ArgumentNullException.ThrowIfNull(normalization);
        Convolution = new Convolution(sizes, weight, bias);
        foreach (var parameter in normalization.Parameters)
        {
            if (parameter.Length != sizes.Filters)
            {
                throw new ArgumentException(
                    $"The normalisation of {sizes.Filters} filters must have {sizes.Filters} elements in {parameter.Name}, and not {parameter.Length}.",
                    nameof(normalization));
            }
        }

        this.normalization = normalization;
        folded = new FoldedConvolution(sizes, Convolution, normalization);
        this.relu = relu;
    }

    internal Convolution Convolution { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [.. Convolution.Parameters, .. normalization.Parameters];

    /// <inheritdoc/>
    protected override void InferCore(in Pass pass, DeviceView x, DeviceView y) => folded.Infer(pass, x, relu, y);

    /// <inheritdoc/>
    protected override void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved)
    {
        Convolution.Forward(pass, x, relu: false, saved.PerExample);
        normalization.Forward(pass, Output, saved.PerExample, relu, y, saved.Fixed);
    }

    /// <inheritdoc/>
    protected override void BackwardCore(in Pass pass, in Operands o)
    {
        normalization.Backward(pass, Output, o.Saved.PerExample, relu, o.Saved.Fixed, o.DY, o.DY, accumulate: false);
        Convolution.Backward(pass, o.X, o.DY, o.DX, o.Accumulate);
    }

    static Shape InputOf(in Conv2dSizes sizes)
    {
        Convolution.RequireMade(sizes);
        return new Shape(sizes.Channels, sizes.Height, sizes.Width);
    }
}

/// <summary>
/// A convolution and the batch normalisation after it, as inference runs it: with <c>s = gamma / sqrt(runningVariance + eps)</c> the weights are
/// <c>w s</c> and the bias <c>(b - runningMean) s + beta</c>, so that the normalisation costs no pass of its own. Folded once a version of both.
/// </summary>
sealed class FoldedConvolution(Conv2dSizes sizes, Convolution convolution, BatchNormalization normalization)
{
    readonly PrepackedWeights folded = convolution.Weight.CreatePrepacked(), packed = convolution.Weight.CreatePrepacked();

    // A vector of zeros, the folded bias, and the folded weights.
    long BiasAt => SlotSize.RoundUp(sizes.Filters);

    long WeightsAt => 2 * SlotSize.RoundUp(sizes.Filters);

    /// <summary><c>y = act(norm(x * w + b))</c> by running statistics.</summary>
    public void Infer(in Pass pass, DeviceView x, bool relu, DeviceView y)
    {
        // Both counts only grow, so their sum names the pair.
        long version = convolution.Weight.Set.Version + normalization.Version;
        var weights = new Weights(convolution.Weight.Value, version);
        var all = folded.Get(pass.Stream, new PackingKey(typeof(FoldedConvolution)), weights, WeightsAt + sizes.WeightLength, (this, pass), Fold);
        convolution.Run(
            pass, x, new Weights(all.Slice(WeightsAt, sizes.WeightLength), version, packed), all.Slice(BiasAt, sizes.Filters), relu, y);
    }

    static void Fold(DeviceView w, DeviceView copy, in (FoldedConvolution Convolution, Pass Pass) state) =>
        state.Convolution.Fold(state.Pass, w, copy);

    void Fold(in Pass pass, DeviceView w, DeviceView copy)
    {
        var zeros = copy.Slice(0, sizes.Filters);
        pass.Op<IFill>().Run(pass.Stream, 0, zeros);
        normalization.FoldBias(pass, convolution.Bias?.Value ?? zeros, copy.Slice(BiasAt, sizes.Filters));
        normalization.FoldWeights(pass, w, zeros, copy.Slice(WeightsAt, sizes.WeightLength));
    }
}
