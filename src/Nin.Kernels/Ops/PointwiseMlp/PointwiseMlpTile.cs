namespace Nin.Ops;

/// <summary>The pixels that a group computes at a time, and what its kernels read beside their arrays.</summary>
/// <param name="AllPixels">Pixels of the batch.</param>
/// <param name="Pixels">Pixels of a tile.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="Hidden">Channels between the two layers.</param>
/// <param name="Filters">Output channels.</param>
readonly record struct PointwiseMlpTile(long AllPixels, int Pixels, int Channels, int Hidden, int Filters)
{
    /// <summary>
    /// Float32 elements of shared memory: the 32 KiB that each OpenCL device has at least. The size is fixed, because ILGPU 1.5.3 declares
    /// shared memory of a size known at the launch in a way that OpenCL compilers refuse.
    /// </summary>
    public const int SharedFloats = 8192;

    const int MostPixels = 64;

    /// <summary>1 where the first layer has a bias.</summary>
    public int HasFirstBias { get; init; }

    /// <summary>1 where the second layer has a bias.</summary>
    public int HasSecondBias { get; init; }

    /// <summary>1 where the second layer has a ReLU.</summary>
    public int LastRelu { get; init; }

    /// <summary>1 where hidden activations are written for the gradient.</summary>
    public int KeepsHidden { get; init; }

    /// <summary>Tiles of the batch.</summary>
    public long Tiles => (AllPixels + Pixels - 1) / Pixels;

    /// <summary>As many pixels as fit in shared memory with a number of floats each, in whole tiles of rows where there is room for one.</summary>
    /// <exception cref="ArgumentException">Not even one pixel fits.</exception>
    public static PointwiseMlpTile Of(in PointwiseMlpSizes sizes, int n, int floatsOfPixel)
    {
        int room = Math.Min(MostPixels, SharedFloats / floatsOfPixel);
        if (room == 0)
        {
            throw new ArgumentException(
                $"A pixel's activations take {floatsOfPixel} numbers, more than the {SharedFloats} of a group's shared memory: use fewer " +
                "channels, or separate pointwise layers.", nameof(sizes));
        }

        int pixels = room < ThreadTile.Rows ? room : room / ThreadTile.Rows * ThreadTile.Rows;
        return new PointwiseMlpTile((long)n * sizes.Pixels, pixels, sizes.Channels, sizes.Hidden, sizes.Filters);
    }

    /// <summary>Pixels from one on that belong to its tile and to the batch.</summary>
    public int Count(long pixel) => AllPixels - pixel < Pixels ? (int)(AllPixels - pixel) : Pixels;
}
