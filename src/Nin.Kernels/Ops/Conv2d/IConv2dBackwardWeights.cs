namespace Nin.Ops;

/// <summary>
/// <c>dw = xᵀ dy</c> over all pixels and <c>dbias = sum of dy</c>. Slices of <see cref="Slices.Examples"/> examples are summed one by one
/// and combined as a tree, so that the bits depend neither on threads nor on where a batch is split.
/// </summary>
interface IConv2dBackwardWeights : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, filters]</c>.</param>
    /// <param name="dw"><c>[kernel, kernel, channels / groups, filters]</c>.</param>
    /// <param name="dbias"><c>[filters]</c>, or none.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dw"/> and <paramref name="dbias"/>.</param>
    void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate);
}
