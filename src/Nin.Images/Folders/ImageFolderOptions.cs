using Nin.Data;

namespace Nin.Images;

/// <summary>How <see cref="ImageFolder"/> reads pictures.</summary>
public sealed record ImageFolderOptions
{
    /// <summary>3 for red, green and blue; 1 for grey.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>How pictures of other sizes become one.</summary>
    public ResizeRule Resize { get; init; } = ResizeRule.CenterCrop;

    /// <summary>Level of transparent pixels and of the bars of <see cref="ResizeRule.Pad"/>, 0 (black) to 255 (white).</summary>
    public byte Background { get; init; } = 255;

    /// <summary>What happens to files that cannot be decoded.</summary>
    public BrokenImages Broken { get; init; } = BrokenImages.Skip;

    /// <summary>
    /// The most pixels of a picture; a file that has more is broken, and is found out before memory is taken. A thread takes up to 8 bytes for each
    /// (JPEG and WebP much less, for they are decoded at a fraction of their size).
    /// </summary>
    public long MaxPixels { get; init; } = 50_000_000;

    /// <summary>
    /// Keeps decoded pixels in a file, so that they need not fit into memory and are decoded once; false keeps them in memory, up to the length of
    /// an array.
    /// </summary>
    public bool Cache { get; init; } = true;

    /// <summary>Where the file is kept; null for <c>nin/images</c> in the user's cache folder. It may be deleted at any time.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Threads that decode; null for one per processor.</summary>
    public int? Threads { get; init; }

    /// <summary>Receives how many of the files are decoded, on the thread that loads.</summary>
    public IProgress<(int Done, int Files)>? Progress { get; init; }

    /// <summary>Normalisation of pixels from 0 to 1; null for the mean and standard deviation of the training images, channel by channel.</summary>
    public Normalization? Normalization { get; init; }
}

/// <summary>What happens to files that cannot be decoded.</summary>
public enum BrokenImages
{
    /// <summary>They are left out, and listed with their reasons.</summary>
    Skip,

    /// <summary>The first is an error.</summary>
    Refuse,
}

/// <summary>A file that was left out.</summary>
/// <param name="Path">The file.</param>
/// <param name="Reason">Why, without a full stop: <c>it is cut short</c>.</param>
public sealed record SkippedImage(string Path, string Reason)
{
    /// <summary>Both in one line.</summary>
    public override string ToString() => $"{Path} was left out: {Reason}.";
}
