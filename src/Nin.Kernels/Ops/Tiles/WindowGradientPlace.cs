namespace Nin.Ops;

/// <summary>Which weights a thread sums: the corner of its tile.</summary>
/// <param name="Slice">Slice of the batch.</param>
/// <param name="Tap">Tap of the window.</param>
/// <param name="Group">Group of channels.</param>
/// <param name="Channel">First of four channels in the group.</param>
/// <param name="Filter">First of eight filters in the group.</param>
readonly record struct WindowGradientPlace(int Slice, int Tap, int Group, int Channel, int Filter)
{
    /// <summary>
    /// The place of a thread's item, filters fastest. The last of several filter tiles starts early enough to be full: it computes the
    /// overlap anew, to the same bits.
    /// </summary>
    public static WindowGradientPlace Of(WindowGradientSizes sizes, long item)
    {
        int filterTiles = Float8.Tiles(sizes.Filters);
        long rest = item / filterTiles;
        int filter = (int)(item - rest * filterTiles) * Float8.Length;
        int early = sizes.Filters - Float8.Length;
        if (filter > early) filter = early < 0 ? 0 : early;
        int group = (int)(rest % sizes.Groups);
        rest /= sizes.Groups;
        int channel = (int)(rest % sizes.ChannelTiles) * Tile4x8.Rows;
        rest /= sizes.ChannelTiles;
        int taps = sizes.Kernel * sizes.Kernel;
        return new WindowGradientPlace((int)(rest / taps), (int)(rest % taps), group, channel, filter);
    }
}
