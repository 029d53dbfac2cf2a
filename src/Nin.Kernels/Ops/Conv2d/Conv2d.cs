namespace Nin.Ops;

/// <summary>Fprop, <c>y = act(x * w + bias + residual)</c>: the cross-correlation of a batch, with all that follows applied when it is stored.</summary>
interface IConv2dForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="w"><c>[kernelHeight, kernelWidth, channels / groups, filters]</c>.</param>
    /// <param name="bias"><c>[filters]</c>, or none.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y"><c>[n, outHeight, outWidth, filters]</c>, overwritten.</param>
    /// <param name="residual">
    /// What is added before the ReLU, as long as <paramref name="y"/>: not the same memory, unless there is no ReLU; or none.
    /// </param>
    /// <param name="input">What is done to <paramref name="x"/> first; nothing by default.</param>
    void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y,
        DeviceView residual = default, in NormalizedInput input = default);

    /// <summary>The same with any activation.</summary>
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="w"><c>[kernelHeight, kernelWidth, channels / groups, filters]</c>.</param>
    /// <param name="bias"><c>[filters]</c>, or none.</param>
    /// <param name="activation">The formula.</param>
    /// <param name="sums">What the formula is applied to, as long as <paramref name="y"/> and not the same memory; none where it is not kept.</param>
    /// <param name="y"><c>[n, outHeight, outWidth, filters]</c>, overwritten.</param>
    void Run<TActivation>(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, TActivation activation, DeviceView sums,
        DeviceView y)
        where TActivation : unmanaged, IActivation;
}

/// <summary>Dgrad, <c>dx = dy * wᵀ (+ bias)</c>: the transposed convolution. Pixels that no window read get zero, or the bias.</summary>
interface IConv2dBackwardData : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, filters]</c>.</param>
    /// <param name="w"><c>[kernelHeight, kernelWidth, channels / groups, filters]</c>.</param>
    /// <param name="dx"><c>[n, height, width, channels]</c>.</param>
    /// <param name="accumulate">Adds to <paramref name="dx"/> instead of overwriting it.</param>
    /// <param name="bias"><c>[channels]</c>, of a transposed convolution that is a layer; or none.</param>
    void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate, DeviceView bias = default);
}

/// <summary>
/// Wgrad, <c>dw = xᵀ dy</c> over all pixels and <c>dbias = sum of dy</c>. The leaves of a <see cref="ReductionTree"/> over the output are summed one by
/// one and combined as the tree says, so that the bits depend neither on threads nor on where a batch is cut at leaves.
/// </summary>
interface IConv2dBackwardWeights : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, filters]</c>.</param>
    /// <param name="dw"><c>[kernelHeight, kernelWidth, channels / groups, filters]</c>.</param>
    /// <param name="dbias"><c>[filters]</c>, or none.</param>
    /// <param name="accumulate">Adds to <paramref name="dw"/> and <paramref name="dbias"/> instead of overwriting them.</param>
    /// <param name="input">What the forward pass did to <paramref name="x"/> first; nothing by default.</param>
    void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate,
        in NormalizedInput input = default);
}
