using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Nin.Data;

/// <summary>Labelled images of one size, as bytes <c>[channels, height, width]</c> each: in memory, or wherever an <see cref="IImageSource"/> has them.</summary>
public sealed class ImageDataset
{
    readonly IImageSource source;
    readonly ReadOnlyMemory<int> labels;
    readonly int imageLength;
    string? contentHash;

    /// <summary>Wraps images and labels without copying them.</summary>
    /// <param name="pixels">Bytes <c>[labels.Length, channels, height, width]</c>.</param>
    /// <param name="labels">A class index for each image.</param>
    /// <param name="channels">1 for grey, 3 for colour.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="classNames">A name for each class.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a label names no class.</exception>
    public ImageDataset(
        ReadOnlyMemory<byte> pixels, ReadOnlyMemory<int> labels, int channels, int height, int width, IReadOnlyList<string> classNames)
        : this(labels, channels, height, width, classNames)
    {
        UInt128 expected = (UInt128)labels.Length * (UInt128)channels * (UInt128)height * (UInt128)width; // Below 2^124.
        if ((UInt128)pixels.Length != expected)
            throw new ArgumentException(
                $"{pixels.Length} pixels where {labels.Length} x {channels} x {height} x {width} = {expected} are expected.",
                nameof(pixels));
        imageLength = channels * height * width;
        source = new MemoryImages(pixels, imageLength);
    }

    /// <summary>Takes images from a source, which reads each when it is asked for: they need not fit into memory.</summary>
    /// <param name="source">As many images as there are labels.</param>
    /// <param name="labels">A class index for each image.</param>
    /// <param name="channels">1 for grey, 3 for colour.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="classNames">A name for each class.</param>
    /// <exception cref="ArgumentException">The counts differ, or a label names no class.</exception>
    public ImageDataset(
        IImageSource source, ReadOnlyMemory<int> labels, int channels, int height, int width, IReadOnlyList<string> classNames)
        : this(labels, channels, height, width, classNames)
    {
        ArgumentNullException.ThrowIfNull(source);
        UInt128 length = (UInt128)channels * (UInt128)height * (UInt128)width;
        if (length > (UInt128)Array.MaxLength)
            throw new ArgumentOutOfRangeException(
                nameof(height), height, $"{channels} x {height} x {width} is more than an array holds ({Array.MaxLength}); resize to less.");
        if (source.Count != labels.Length)
            throw new ArgumentException($"{source.Count} images where there are {labels.Length} labels; there must be one for each.", nameof(source));
        imageLength = (int)length;
        this.source = source;
    }

    // What both have in common; they give the source and the length of an image.
    ImageDataset(ReadOnlyMemory<int> labels, int channels, int height, int width, IReadOnlyList<string> classNames)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentNullException.ThrowIfNull(classNames);
        if (labels.IsEmpty)
            throw new ArgumentException("No images; a data set has one or more.", nameof(labels));
        int wrong = labels.Span.IndexOfAnyExceptInRange(0, classNames.Count - 1);
        if (wrong >= 0)
            throw new ArgumentException(
                $"Label {labels.Span[wrong]} of image {wrong} names no class; labels are 0 to {classNames.Count - 1}.", nameof(labels));
        (this.labels, source) = (labels, null!);
        (Channels, Height, Width, ClassNames) = (channels, height, width, classNames);
    }

    /// <summary>Number of images.</summary>
    public int Count => labels.Length;

    /// <summary>Channels of an image.</summary>
    public int Channels { get; }

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Columns of an image.</summary>
    public int Width { get; }

    /// <summary>A name for each class.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Class indices, one per image.</summary>
    public ReadOnlySpan<int> Labels => labels.Span;

    /// <summary>All bytes, <c>[count, channels, height, width]</c>, of images that are contiguous in memory.</summary>
    /// <exception cref="InvalidOperationException">They come from an <see cref="IImageSource"/>: read them one by one with <see cref="Image"/>.</exception>
    public ReadOnlySpan<byte> Pixels => source is MemoryImages memory
        ? memory.Pixels
        : throw new InvalidOperationException($"The images are not in memory in one piece: read them one by one with {nameof(Image)}.");

    /// <summary>
    /// SHA-256 over shape, classes, pixels and labels, in hexadecimal: equal for equal data sets. It is computed once, when it is first asked
    /// for; memory that the owner changes afterwards is not hashed again. Any thread may ask.
    /// </summary>
    public string ContentHash => contentHash ??= ComputeHash();

    /// <summary>Reads images (IDX, three dimensions) and labels (IDX, one), each plain or <c>.gz</c>.</summary>
    /// <exception cref="InvalidDataException">A file is broken, the counts differ, or a label names no class.</exception>
    public static ImageDataset FromIdx(string imagesPath, string labelsPath, IReadOnlyList<string> classNames)
    {
        IdxFile images = IdxFile.Read(imagesPath, rank: 3);
        IdxFile labels = IdxFile.Read(labelsPath, rank: 1);
        if (images.Dimensions[0] != labels.Dimensions[0])
            throw new InvalidDataException(
                $"{labelsPath}: {labels.Dimensions[0]} labels where {imagesPath} has {images.Dimensions[0]} images; "
                + "take both from one data set.");
        int wrong = labels.Data.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(classNames.Count - 1));
        if (wrong >= 0)
            throw new InvalidDataException(
                $"{labelsPath}: label {labels.Data[wrong]} of image {wrong} names no class; labels are 0 to {classNames.Count - 1}.");
        int[] classes = Array.ConvertAll(labels.Data, label => (int)label);
        return new ImageDataset(images.Data, classes, channels: 1, images.Dimensions[1], images.Dimensions[2], classNames);
    }

    /// <summary>One image's bytes, <c>[channels, height, width]</c>. Any thread may ask.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="InvalidDataException">The source gave an image of another length.</exception>
    public ReadOnlySpan<byte> Image(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"An image's index must be 0 to {Count - 1}.");
        ReadOnlySpan<byte> image = source.Image(index);
        if (image.Length != imageLength)
            throw new InvalidDataException($"Image {index} has {image.Length} bytes where {Channels} x {Height} x {Width} = {imageLength} are expected.");
        return image;
    }

    /// <summary>The first <paramref name="count"/> images (all, if there are fewer), sharing their memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public ImageDataset Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (count >= Count)
            return this;
        return source is MemoryImages memory
            ? new ImageDataset(memory.Take(count), labels[..count], Channels, Height, Width, ClassNames)
            : Subset([.. Enumerable.Range(0, count)]);
    }

    /// <summary>Some of the images, in the order given, sharing their memory; all classes keep their numbers.</summary>
    /// <param name="indices">Which; one may be given twice.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index names no image.</exception>
    public ImageDataset Subset(IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        int[] chosen = [.. indices];
        int wrong = chosen.AsSpan().IndexOfAnyExceptInRange(0, Count - 1);
        if (wrong >= 0)
            throw new ArgumentOutOfRangeException(nameof(indices), chosen[wrong], $"An image's index must be 0 to {Count - 1}.");
        int[] chosenLabels = Array.ConvertAll(chosen, index => labels.Span[index]);
        return new ImageDataset(new SubsetImages(source, chosen), chosenLabels, Channels, Height, Width, ClassNames);
    }

    string ComputeHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(int)];
        // Lengths before contents, so that no two data sets give the same bytes.
        foreach (int size in (ReadOnlySpan<int>)[Count, Channels, Height, Width, ClassNames.Count]) Append(size, number, hash);
        foreach (string name in ClassNames)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(name);
            Append(bytes.Length, number, hash);
            hash.AppendData(bytes);
        }

        for (int i = 0; i < Count; i++) hash.AppendData(Image(i));
        foreach (int label in Labels) Append(label, number, hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static void Append(int value, Span<byte> bytes, IncrementalHash hash)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}
