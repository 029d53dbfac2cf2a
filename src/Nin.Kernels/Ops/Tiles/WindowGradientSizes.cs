namespace Nin.Ops;

/// <summary>Sizes of a weight gradient, as its kernel reads them.</summary>
/// <param name="Examples">Examples of the batch.</param>
/// <param name="Stride">Elements from the partial sums of a slice to those of the next.</param>
/// <param name="Height">Input rows.</param>
/// <param name="Width">Input columns.</param>
/// <param name="OutHeight">Output rows.</param>
/// <param name="OutWidth">Output columns.</param>
/// <param name="TapsDown">Taps from a window's first row to its last.</param>
/// <param name="TapsAcross">Taps of a window's row that are summed apart from each other.</param>
/// <param name="WindowStride">Distance between two windows.</param>
/// <param name="Padding">Zeros around the input.</param>
/// <param name="Dilation">Distance between taps.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="PixelLength">Elements from an input pixel to the next.</param>
/// <param name="Channels">Neighbouring elements that a tap reads: the input channels in a group.</param>
/// <param name="Filters">Filters in a group.</param>
readonly record struct WindowGradientSizes(
    int Examples, long Stride, int Height, int Width, int OutHeight, int OutWidth, int TapsDown, int TapsAcross, int WindowStride, int Padding,
    int Dilation, int Groups, int PixelLength, int Channels, int Filters)
{
    /// <summary>
    /// The sizes of a convolution. Where a window's row lies in memory without gaps and never over the edge, it is one tap of more channels,
    /// which leaves no row of a tile empty where the input has but one.
    /// </summary>
    public static WindowGradientSizes Of(in Conv2dSizes s, int examples, long stride)
    {
        bool isRun = s.Padding == 0 && s.Dilation == 1 && s.Groups == 1;
        return new WindowGradientSizes(
            examples, stride, s.Height, s.Width, s.OutHeight, s.OutWidth, s.Kernel, isRun ? 1 : s.Kernel, s.Stride, s.Padding, s.Dilation,
            s.Groups, s.Channels, isRun ? s.Kernel * s.Channels : s.GroupChannels, s.GroupFilters);
    }

    /// <summary>Channels that a thread sums: four tiles, so that it reads whole cache lines and a row of the output's gradient once for all four.</summary>
    public const int ItemChannels = 4 * ThreadTile.Rows;

    /// <summary>Elements from the weights of a channel to those of the next, and from an output pixel to the next: all filters.</summary>
    public long RowLength => (long)Groups * Filters;

    /// <summary>Items of a group's channels.</summary>
    public int ChannelItems => (Channels + ItemChannels - 1) / ItemChannels;

    /// <summary>What a thread each computes: some channels of a tap, and all filters of the group.</summary>
    public long Items => (long)Slices.Count(Examples) * TapsDown * TapsAcross * ChannelItems * Groups;

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
