namespace Nin.Data;

/// <summary>
/// Turns an image of a data set into a network's input, float32 <c>[channels, height, width]</c>: scale to 0 .. 1 and normalise, vary, resize.
/// What happens to an image depends only on seed, epoch and its index.
/// </summary>
/// <remarks>
/// Scaling and normalising are one table look-up on the bytes, before the transforms and resizing: resizing is a weighted mean, so the order
/// changes only the rounding. An instance serves one thread.
/// </remarks>
public sealed class ImageTransform
{
    readonly ImageDataset data;
    readonly Transform[] transforms;
    readonly TransformContext context;
    readonly float[] levels; // [channels, 256]
    readonly BilinearResize? resize;

    // The image between two steps; steps write to and fro.
    readonly float[] image;
    readonly float[] varied;
    readonly (int Height, int Width) last;

    /// <summary>Prepares the images of <paramref name="data"/>; batch size, shuffling and prefetching do not matter here.</summary>
    /// <exception cref="ArgumentException">A size below 1, or a normalisation for another number of channels.</exception>
    public ImageTransform(ImageDataset data, DataLoaderOptions options)
    {
        this.data = data;
        transforms = [.. TransformsOf(options.Augmentation), .. options.Transforms];
        levels = PixelLevels.Make(data.Channels, options.Normalization);
        context = new TransformContext(data, levels, options.Seed);
        last = (data.Height, data.Width);
        long largest = (long)last.Height * last.Width;
        foreach (var transform in transforms)
        {
            last = transform.OutputSize(last.Height, last.Width);
            largest = Math.Max(largest, Checked(transform, last));
        }

        (Channels, Height, Width) = (data.Channels, options.Height ?? last.Height, options.Width ?? last.Width);
        bool resized = (Height, Width) != last;
        resize = resized ? new BilinearResize(last.Height, last.Width, Height, Width) : null; // Sides are 1 to 16,384 then, or the data set's.
        if ((UInt128)Channels * (UInt128)Height * (UInt128)Width > (UInt128)Array.MaxLength || Channels * (Int128)largest > Array.MaxLength)
            throw new ArgumentOutOfRangeException(
                nameof(options), Height, $"{Channels} x {Height} x {Width} is more than an array holds; resize to less.");
        // Without transforms a plane at a time is enough.
        image = transforms.Length > 0 ? new float[Channels * largest] : resized ? new float[largest] : [];
        varied = transforms.Length > 0 ? new float[Channels * largest] : [];
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
        ReadOnlySpan<byte> bytes = data.Image(index);
        if (transforms.Length > 0)
        {
            Vary(bytes, epoch, index, destination);
            return;
        }

        int length = data.Height * data.Width, outLength = Height * Width;
        for (int c = 0; c < Channels; c++)
        {
            Span<float> output = destination.Slice(c * outLength, outLength);
            Span<float> raw = resize is null ? output : image.AsSpan(0, length);
            PixelLevels.Apply(bytes.Slice(c * length, length), Level(c), raw);
            resize?.Apply(raw, output);
        }
    }

    void Vary(ReadOnlySpan<byte> bytes, int epoch, int index, Span<float> destination)
    {
        context.Begin(epoch, index);
        int length = data.Height * data.Width;
        var source = View(image, data.Height, data.Width);
        for (int c = 0; c < Channels; c++) PixelLevels.Apply(bytes.Slice(c * length, length), Level(c), source.Plane(c));
        bool toImage = false;
        for (int i = 0; i < transforms.Length; i++)
        {
            var (height, width) = transforms[i].OutputSize(source.Height, source.Width);
            bool toEnd = i == transforms.Length - 1 && resize is null;
            var target = toEnd ? new ImageView(destination, Channels, height, width) : View(toImage ? image : varied, height, width);
            transforms[i].Apply(source, target, context);
            source = target;
            toImage = !toImage;
        }

        for (int c = 0; resize is not null && c < Channels; c++) resize.Apply(source.Plane(c), destination.Slice(c * Height * Width, Height * Width));
    }

    ImageView View(float[] memory, int height, int width) => new(memory.AsSpan(0, Channels * height * width), Channels, height, width);

    ReadOnlySpan<float> Level(int channel) => levels.AsSpan(channel * PixelLevels.Count, PixelLevels.Count);

    static long Checked(Transform transform, (int Height, int Width) size) => size is { Height: >= 1 and <= BilinearResize.MaxSide, Width: >= 1 and <= BilinearResize.MaxSide }
        ? (long)size.Height * size.Width
        : throw new ArgumentException($"{transform.GetType().Name} gives images of {size.Height} x {size.Width}; each side must be 1 to {BilinearResize.MaxSide}.");

    static Transform[] TransformsOf(Augmentation augmentation) => augmentation switch
    {
        Augmentation.Flip => [new HorizontalFlip()],
        Augmentation.ShiftFlip => [new HorizontalFlip(), new RandomCrop(Padding: 2)],
        _ => [],
    };
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

/// <summary>How a training image is augmented, differently in each epoch: a name for usual lists of <see cref="Transform"/>s.</summary>
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
