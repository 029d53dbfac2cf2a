using Nin.Ops;

namespace Nin.Data;

/// <summary>
/// Turns an image of a data set into a network's input, float32 <c>[channels, height, width]</c>: flip and shift, scale to 0 .. 1,
/// resize, normalise. What happens to an image depends only on seed, epoch and its index.
/// </summary>
/// <remarks>
/// Scaling and normalising are one table look-up on the bytes, before resizing: resizing is a weighted mean, so the order changes only
/// the rounding. An instance serves one thread.
/// </remarks>
public sealed class ImageTransform
{
    const int MaxShift = 2;

    readonly ImageDataset data;
    readonly Augmentation augmentation;
    readonly ulong seed;
    readonly float[] levels; // [channels, 256]
    readonly BilinearResize? resize;
    readonly float[] plane;

    /// <summary>Prepares the images of <paramref name="data"/>; batch size, shuffling and prefetching do not matter here.</summary>
    /// <exception cref="ArgumentException">A size below 1, or a normalisation for another number of channels.</exception>
    public ImageTransform(ImageDataset data, DataLoaderOptions options)
    {
        this.data = data;
        augmentation = options.Augmentation;
        seed = options.Seed;
        levels = PixelLevels.Make(data.Channels, options.Normalization);
        (Channels, Height, Width) = (data.Channels, options.Height ?? data.Height, options.Width ?? data.Width);
        bool resized = Height != data.Height || Width != data.Width;
        resize = resized ? new BilinearResize(data.Height, data.Width, Height, Width) : null; // Sides are 1 to 16,384 then, or the data set's.
        if ((UInt128)Channels * (UInt128)Height * (UInt128)Width > (UInt128)Array.MaxLength)
            throw new ArgumentOutOfRangeException(
                nameof(options), Height, $"{Channels} x {Height} x {Width} is more than an array holds; resize to less.");
        plane = resized ? new float[data.Height * data.Width] : [];
    }

    /// <summary>Channels of an input.</summary>
    public int Channels { get; }

    /// <summary>Rows of an input.</summary>
    public int Height { get; }

    /// <summary>Columns of an input.</summary>
    public int Width { get; }

    /// <summary>Floats of an input.</summary>
    public int ImageLength => Channels * Height * Width;

    /// <summary>Writes image <paramref name="index"/> as it appears in epoch <paramref name="epoch"/>.</summary>
    /// <param name="index">Index in the data set.</param>
    /// <param name="epoch">Epoch, from 0.</param>
    /// <param name="destination"><c>[channels, height, width]</c>, <see cref="ImageLength"/> floats.</param>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    public void Write(int index, int epoch, Span<float> destination)
    {
        if (destination.Length != ImageLength)
            throw new ArgumentException($"Room for {destination.Length} floats where {ImageLength} are expected.", nameof(destination));
        (bool flip, int down, int right) = Vary(index, epoch);
        ReadOnlySpan<byte> image = data.Image(index);
        int length = data.Height * data.Width;
        for (int c = 0; c < Channels; c++)
        {
            Span<float> output = destination.Slice(c * Height * Width, Height * Width);
            Span<float> raw = resize is null ? output : plane;
            Translate(image.Slice(c * length, length), levels.AsSpan(c * PixelLevels.Count, PixelLevels.Count), flip, down, right, raw);
            resize?.Apply(raw, output);
        }
    }

    (bool Flip, int Down, int Right) Vary(int index, int epoch)
    {
        if (augmentation == Augmentation.None)
            return default;
        PhiloxBlock bits = Philox4x32.Block(seed, RandomPurpose.Augmentation, (uint)epoch, (uint)index, 0);
        bool flip = bits.X0 >> 31 != 0;
        return augmentation == Augmentation.Flip ? (flip, 0, 0) : (flip, Shift(bits.X1), Shift(bits.X2));
    }

    static int Shift(uint bits) => (int)Philox4x32.ToBelow(bits, 2 * MaxShift + 1) - MaxShift;

    void Translate(ReadOnlySpan<byte> image, ReadOnlySpan<float> level, bool flip, int down, int right, Span<float> output)
    {
        (int height, int width) = (data.Height, data.Width);
        right = Math.Clamp(right, -width, width);
        int start = Math.Max(right, 0);
        int end = Math.Min(width + right, width);
        for (int y = 0; y < height; y++)
        {
            Span<float> row = output.Slice(y * width, width);
            if ((uint)(y - down) >= (uint)height)
            {
                row.Fill(level[0]);
                continue;
            }

            ReadOnlySpan<byte> source = image.Slice((y - down) * width, width);
            row[..start].Fill(level[0]);
            row[end..].Fill(level[0]);
            if (flip)
                CopyReversed(source.Slice(width - (end - right), end - start), level, row[start..end]);
            else
                PixelLevels.Apply(source.Slice(start - right, end - start), level, row[start..end]);
        }
    }

    static void CopyReversed(ReadOnlySpan<byte> source, ReadOnlySpan<float> level, Span<float> row)
    {
        for (int x = 0; x < row.Length; x++)
            row[x] = level[source[^(x + 1)]];
    }
}

/// <summary>
/// Per-channel normalisation of pixels that are scaled to 0 .. 1: <c>(x - mean) / std</c>, as torchvision's <c>Normalize</c>.
/// </summary>
public sealed class Normalization
{
    /// <summary>One entry for all channels, or one per channel.</summary>
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

/// <summary>How a training image is augmented, differently in each epoch.</summary>
public enum Augmentation
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Mirrored left to right, for half of the images.</summary>
    Flip,

    /// <summary>
    /// As <see cref="Flip"/>, then moved by -2 to 2 pixels along each axis, all equally likely;
    /// pixels from outside are black (0 before normalisation). Pixels are the data set's, before resizing.
    /// </summary>
    ShiftFlip,
}
