namespace Nin.Ops;

/// <summary><c>dx = dy * wᵀ</c>: the transposed convolution. Pixels that no window read get zero.</summary>
interface IConv2dBackwardData : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, filters]</c>.</param>
    /// <param name="w"><c>[kernel, kernel, channels / groups, filters]</c>.</param>
    /// <param name="dx"><c>[n, height, width, channels]</c>.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/> instead of overwriting it.</param>
    void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate);
}
