namespace Nin.Ops;

/// <summary><c>dx = dy wᵀ</c>.</summary>
interface IPointwiseBackwardData : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="dy"><c>[n, pixels, filters]</c>.</param>
    /// <param name="w"><c>[channels, filters]</c>.</param>
    /// <param name="dx"><c>[n, pixels, channels]</c>.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/> instead of overwriting it.</param>
    void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate);
}
