namespace Nin.Data;

/// <summary>
/// Per-channel normalisation of pixels that are scaled to 0 .. 1: <c>(x - mean) / std</c>, as torchvision's <c>Normalize</c>.
/// </summary>
public sealed class Normalization
{
    /// <summary>One entry for all channels, or one a channel.</summary>
    /// <exception cref="ArgumentException">The counts differ, are 0, or a standard deviation is not above 0.</exception>
    public Normalization(IReadOnlyList<float> mean, IReadOnlyList<float> std)
    {
        if (mean.Count == 0 || mean.Count != std.Count)
            throw new ArgumentException(
                $"{mean.Count} means and {std.Count} standard deviations; give as many of each, at least one.", nameof(std));
        foreach (float s in std)
            if (!(s > 0) || !float.IsFinite(s))
                throw new ArgumentException($"A standard deviation is {s}; it must be above 0.", nameof(std));
        Mean = mean;
        Std = std;
    }

    /// <summary>Means, in units of the full scale.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>Standard deviations, in units of the full scale.</summary>
    public IReadOnlyList<float> Std { get; }
}
