namespace Nin.Ops;

/// <summary>
/// Weights as depthwise kernels read them, <c>[taps, source channel of a group, result channel]</c>. Of fprop that is their order in memory, and of
/// dgrad too where a group has one channel on either side; else dgrad exchanges channels and filters.
/// </summary>
/// <param name="Sizes">The convolution.</param>
readonly unsafe record struct DepthwiseWeights(Conv2dSizes Sizes) : IPackedWeights
{
    /// <summary>Whether dgrad reads the weights as they are in memory.</summary>
    public bool ArePlain => Sizes.GroupChannels == 1 && Sizes.GroupFilters == 1;

    public PackingKey Key => PackingKey.Of(typeof(DepthwiseWeights), Sizes, isTransposed: true);

    public long Length => Sizes.WeightLength;

    public void Pack(float* w, float* packed)
    {
        int channels = Sizes.GroupChannels, filters = Sizes.GroupFilters;
        for (long tap = 0; tap < Sizes.Window.Taps; tap++)
        {
            float* from = w + tap * channels * Sizes.Filters;
            for (int filter = 0; filter < filters; filter++)
            {
                for (int c = 0; c < Sizes.Channels; c++) *packed++ = from[(nint)(c % channels) * Sizes.Filters + c / channels * filters + filter];
            }
        }
    }
}
