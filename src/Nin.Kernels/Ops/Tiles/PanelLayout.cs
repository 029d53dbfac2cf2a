namespace Nin.Ops;

/// <summary>Where in a parameter the elements of its panels lie.</summary>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Taps">Taps of the window.</param>
/// <param name="Depth">Channels that are summed over.</param>
/// <param name="Columns">Channels of the result in one group.</param>
/// <param name="GroupStride">Elements from a group to the next.</param>
/// <param name="TapStride">Elements from a tap to the next.</param>
/// <param name="DepthStride">Elements from a summed channel to the next.</param>
/// <param name="ColumnStride">Elements from a channel of the result to the next.</param>
readonly record struct PanelLayout(
    int Groups, int Taps, int Depth, int Columns, long GroupStride, long TapStride, long DepthStride, long ColumnStride)
{
    /// <summary>Elements of the panels.</summary>
    public long Length => (long)Groups * Float8.Tiles(Columns) * Taps * Depth * Float8.Length;

    /// <summary>Of <c>[kernel, kernel, channels / groups, filters]</c>: sums over channels, columns are filters.</summary>
    public static PanelLayout Forward(in Conv2dSizes s) => new(
        s.Groups, s.Kernel * s.Kernel, s.GroupChannels, s.GroupFilters, s.GroupFilters, (long)s.GroupChannels * s.Filters, s.Filters, 1);

    /// <summary>Of the same weights: sums over filters, columns are channels.</summary>
    public static PanelLayout Backward(in Conv2dSizes s) => new(
        s.Groups, s.Kernel * s.Kernel, s.GroupFilters, s.GroupChannels, s.GroupFilters, (long)s.GroupChannels * s.Filters, 1, s.Filters);
}
