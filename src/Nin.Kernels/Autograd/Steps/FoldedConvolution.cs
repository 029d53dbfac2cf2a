using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// A convolution with a batch normalisation behind it, as inference runs it: with <c>s = gamma / sqrt(runningVariance + eps)</c> the weights are
/// <c>w s</c> and the bias <c>(b - runningMean) s + beta</c>, so that the normalisation costs no pass of its own. Folded once a version of both.
/// </summary>
sealed class FoldedConvolution(Conv2dSizes sizes, Convolution convolution, BatchNormalization normalization)
{
    readonly DerivedWeights folded = convolution.Weight.CreateDerived(), packed = convolution.Weight.CreateDerived();

    // A vector of zeros, the folded bias, and the folded weights.
    long BiasAt => SlotSize.RoundUp(sizes.Filters);

    long WeightsAt => 2 * SlotSize.RoundUp(sizes.Filters);

    /// <summary><c>y = act(norm(x * w + b))</c> by running statistics.</summary>
    public void Infer(in Pass pass, DeviceView x, bool relu, DeviceView y)
    {
        // Both counts only grow, so their sum names the pair.
        long version = convolution.Weight.Set.Version + normalization.Version;
        var weights = new Weights(convolution.Weight.Value, version);
        var all = folded.Get(pass.Stream, typeof(FoldedConvolution), weights, WeightsAt + sizes.WeightLength, (this, pass), Fold);
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
