namespace Nin.Ops;

/// <summary>Which weights a thread sums: the first of its channels.</summary>
/// <param name="Slice">Slice of the batch.</param>
/// <param name="Tap">Tap of the window.</param>
/// <param name="Group">Group of channels.</param>
/// <param name="Channel">Its first channel in the group.</param>
readonly record struct WindowGradientPlace(int Slice, int Tap, int Group, int Channel)
{
    /// <summary>The place of a thread's item, channels fastest.</summary>
    public static WindowGradientPlace Of(WindowGradientSizes sizes, long item)
    {
        long rest = item / sizes.ChannelItems;
        int channel = (int)(item - rest * sizes.ChannelItems) * WindowGradientSizes.ItemChannels;
        int group = (int)(rest % sizes.Groups);
        rest /= sizes.Groups;
        int taps = sizes.TapsDown * sizes.TapsAcross;
        return new WindowGradientPlace((int)(rest / taps), (int)(rest % taps), group, channel);
    }
}
