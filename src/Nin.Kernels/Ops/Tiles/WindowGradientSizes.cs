namespace Nin.Ops;

/// <summary>Sizes of a weight gradient, as its kernel reads them.</summary>
/// <param name="Examples">Examples of the batch.</param>
/// <param name="Stride">Elements from the partial sums of a slice to those of the next.</param>
/// <param name="Height">Input rows.</param>
/// <param name="Width">Input columns.</param>
/// <param name="OutHeight">Output rows.</param>
/// <param name="OutWidth">Output columns.</param>
/// <param name="Kernel">Side of the window.</param>
/// <param name="WindowStride">Distance between two windows.</param>
/// <param name="Padding">Zeros around the input.</param>
/// <param name="Dilation">Distance between taps.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Channels">Input channels in a group.</param>
/// <param name="Filters">Filters in a group.</param>
/// <param name="Masked">1 where the output's gradient counts only where a mask is positive.</param>
readonly record struct WindowGradientSizes(
    int Examples, long Stride, int Height, int Width, int OutHeight, int OutWidth, int Kernel, int WindowStride, int Padding, int Dilation,
    int Groups, int Channels, int Filters, int Masked)
{
    /// <summary>Tiles of four channels in a group.</summary>
    public int ChannelTiles => (Channels + Tile4x8.Rows - 1) / Tile4x8.Rows;

    /// <summary>Tiles that a thread each computes.</summary>
    public long Items =>
        (long)Slices.Count(Examples) * Kernel * Kernel * ChannelTiles * Groups * Float8.Tiles(Filters);

    /// <summary>The first output row (or column) whose tap, <paramref name="shift"/> behind the window's origin, lies in the input.</summary>
    public int FirstInside(int shift) => shift >= 0 ? 0 : (WindowStride - 1 - shift) / WindowStride;

    /// <summary>The last one; less than the first where there is none.</summary>
    public int LastInside(int shift, int size, int outSize)
    {
        int room = size - 1 - shift;
        if (room < 0) return -1;
        int last = room / WindowStride;
        return last < outSize ? last : outSize - 1;
    }
}
