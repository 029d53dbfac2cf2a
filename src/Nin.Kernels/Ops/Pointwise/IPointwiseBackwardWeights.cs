namespace Nin.Ops;

/// <summary><c>dw = xᵀ dy</c> and <c>dbias = sum of dy</c>, summed as <see cref="Slices"/> says.</summary>
interface IPointwiseBackwardWeights : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="dy"><c>[n, pixels, filters]</c>.</param>
    /// <param name="dw"><c>[channels, filters]</c>.</param>
    /// <param name="dbias"><c>[filters]</c>, or none.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dw"/> and <paramref name="dbias"/>.</param>
    void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate);
}
