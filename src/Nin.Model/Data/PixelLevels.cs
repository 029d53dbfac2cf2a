namespace Nin.Data;

/// <summary>What each level of a byte becomes, channel by channel: scaled to 0 .. 1 and normalised, by one look-up.</summary>
static class PixelLevels
{
    public const int Count = 256;

    /// <summary>The table, <c>[channels, 256]</c>.</summary>
    /// <exception cref="ArgumentException">The normalisation is for another number of channels.</exception>
    public static float[] Make(int channels, Normalization? normalization)
    {
        if (normalization is not null && normalization.Mean.Count != 1 && normalization.Mean.Count != channels)
            throw new ArgumentException(
                $"A normalisation of {normalization.Mean.Count} channels for images of {channels}; give 1 or {channels} means.",
                nameof(normalization));
        float[] levels = new float[channels * 256];
        for (int i = 0; i < levels.Length; i++)
        {
            float value = i % 256 / 255f;
            int c = normalization?.Mean.Count == 1 ? 0 : i / 256;
            levels[i] = normalization is null ? value : (value - normalization.Mean[c]) / normalization.Std[c];
        }

        return levels;
    }

    /// <summary>Looks up a row or plane of one channel.</summary>
    public static void Apply(ReadOnlySpan<byte> source, ReadOnlySpan<float> level, Span<float> destination)
    {
        for (int x = 0; x < destination.Length; x++)
            destination[x] = level[source[x]];
    }
}
