using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Nin.Data;

/// <summary>Labelled images in memory, as bytes <c>[count, channels, height, width]</c>.</summary>
public sealed class ImageDataset
{
    readonly ReadOnlyMemory<byte> pixels;
    readonly ReadOnlyMemory<int> labels;
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
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (labels.IsEmpty)
            throw new ArgumentException("No images; a data set has one or more.", nameof(labels));
        UInt128 expected = (UInt128)labels.Length * (UInt128)channels * (UInt128)height * (UInt128)width; // Below 2^124.
        if ((UInt128)pixels.Length != expected)
            throw new ArgumentException(
                $"{pixels.Length} pixels where {labels.Length} x {channels} x {height} x {width} = {expected} are expected.",
                nameof(pixels));
        int wrong = labels.Span.IndexOfAnyExceptInRange(0, classNames.Count - 1);
        if (wrong >= 0)
            throw new ArgumentException(
                $"Label {labels.Span[wrong]} of image {wrong} names no class; labels are 0 to {classNames.Count - 1}.", nameof(labels));

        (this.pixels, this.labels) = (pixels, labels);
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

    /// <summary>All bytes, <c>[count, channels, height, width]</c>.</summary>
    public ReadOnlySpan<byte> Pixels => pixels.Span;

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

    /// <summary>One image's bytes, <c>[channels, height, width]</c>.</summary>
    public ReadOnlySpan<byte> Image(int index)
    {
        int length = Channels * Height * Width;
        return pixels.Span.Slice(index * length, length);
    }

    /// <summary>The first <paramref name="count"/> images (all, if there are fewer), sharing their memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public ImageDataset Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (count >= Count)
            return this;
        return new ImageDataset(pixels[..(count * Channels * Height * Width)], labels[..count], Channels, Height, Width, ClassNames);
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

        hash.AppendData(Pixels);
        foreach (int label in Labels) Append(label, number, hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static void Append(int value, Span<byte> bytes, IncrementalHash hash)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}

/// <summary>Images and labels of one step. Its buffers are reused: it is valid until the next batch is asked for.</summary>
public sealed class ImageBatch
{
    readonly float[] images;
    readonly int[] labels;
    readonly int[] indices;
    readonly int imageLength;

    internal ImageBatch(int capacity, int imageLength)
    {
        this.imageLength = imageLength;
        images = GC.AllocateUninitializedArray<float>(capacity * imageLength);
        labels = new int[capacity];
        indices = new int[capacity];
    }

    /// <summary>Number of images.</summary>
    public int Count { get; private set; }

    /// <summary>Float32 <c>[Count, channels, height, width]</c>.</summary>
    public ReadOnlySpan<float> Images => images.AsSpan(0, Count * imageLength);

    /// <summary>Class indices <c>[Count]</c>.</summary>
    public ReadOnlySpan<int> Labels => labels.AsSpan(0, Count);

    /// <summary>Positions of the images in the data set, <c>[Count]</c>.</summary>
    public ReadOnlySpan<int> Indices => indices.AsSpan(0, Count);

    internal void Fill(ReadOnlySpan<int> samples, ImageDataset data, ImageTransform transform, int epoch, CancellationToken cancellation)
    {
        Count = samples.Length;
        for (int i = 0; i < samples.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            indices[i] = samples[i];
            labels[i] = data.Labels[samples[i]];
            transform.Write(samples[i], epoch, images.AsSpan(i * imageLength, imageLength));
        }
    }
}
