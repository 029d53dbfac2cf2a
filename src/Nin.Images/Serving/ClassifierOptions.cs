namespace Nin.Images;

/// <summary>How a <see cref="Classifier"/> serves.</summary>
public sealed record ClassifierOptions
{
    /// <summary>
    /// The most requests that are answered together. With 1, the default, each is answered by itself; with more, requests that come within
    /// <see cref="MaxDelay"/> share a batch, which an accelerator answers in little more time than one. The answers have the same bits.
    /// </summary>
    public int MaxBatch { get; init; } = 1;

    /// <summary>How long the first request of a batch waits for others, at most. Used where <see cref="MaxBatch"/> is above 1.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>The most pixels of a picture: what has more is refused before memory is taken for it.</summary>
    public long MaxPixels { get; init; } = 50_000_000;

    internal void Check()
    {
        if (MaxBatch is < 1 or > 4096) throw new ArgumentOutOfRangeException(nameof(MaxBatch), MaxBatch, "MaxBatch must be 1 to 4,096.");
        if (MaxDelay < TimeSpan.Zero || MaxDelay > TimeSpan.FromMinutes(1))
            throw new ArgumentOutOfRangeException(nameof(MaxDelay), MaxDelay, "MaxDelay must be 0 to 1 minute.");
        if (MaxPixels < 1) throw new ArgumentOutOfRangeException(nameof(MaxPixels), MaxPixels, "MaxPixels must be 1 or more.");
    }
}

/// <summary>A class and its probability.</summary>
/// <param name="Label">The class's name.</param>
/// <param name="Probability">0 to 1; over all classes they sum to 1.</param>
public readonly record struct Prediction(string Label, float Probability);
