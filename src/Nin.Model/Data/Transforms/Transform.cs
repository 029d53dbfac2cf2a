using Nin.Training;

namespace Nin.Data;

/// <summary>
/// Varies a training image, differently in each epoch. Derive a record to write your own: draw from the context alone, keep nothing between
/// two images, and an image of an epoch is the same whatever the threads, the batch size or where a run was resumed.
/// </summary>
/// <remarks>
/// Images are float32 <c>[channels, height, width]</c> of the data set's size, scaled and normalised: a byte of 0 is
/// <see cref="TransformContext.Black"/>, one of 255 <see cref="TransformContext.White"/>. After the last transform they are resized to the network's
/// input. Threads share an instance. A record with settings prints them by itself, so that a checkpoint knows them (<see cref="Describe"/>).
/// </remarks>
/// <example>
/// <code>
/// public sealed record Solarize(float Share) : Transform
/// {
///     public override void Apply(ImageView source, ImageView destination, TransformContext context)
///     {
///         source.Pixels.CopyTo(destination.Pixels);
///         if (!context.Chance(Share)) return;
///         for (int c = 0; c &lt; source.Channels; c++)
///             foreach (ref float x in destination.Plane(c)) x = context.Black[c] + context.White[c] - x;
///     }
/// }
/// </code>
/// </example>
public abstract record Transform
{
    /// <summary>The size of what comes out; unless overridden, of what goes in.</summary>
    /// <param name="height">Rows that go in.</param>
    /// <param name="width">Columns that go in.</param>
    public virtual (int Height, int Width) OutputSize(int height, int width) => (height, width);

    /// <summary>Writes the varied image. Several threads call it at once, each with images and a context of its own.</summary>
    /// <param name="source">The image; its memory may be used, for it is not read again.</param>
    /// <param name="destination">All of it is written; its content before is undefined.</param>
    /// <param name="context">Random numbers, levels, and memory that is kept from image to image.</param>
    public abstract void Apply(ImageView source, ImageView destination, TransformContext context);

    /// <summary>
    /// All that decides what it does, in some words: a run does not resume with others. Unless overridden it is what the record prints, with
    /// numbers as C# writes them.
    /// </summary>
    public virtual string Describe()
    {
        var culture = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.InvariantCulture;
            return ToString();
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = culture;
        }
    }
}

/// <summary>An image of floats, <c>[channels, height, width]</c>, over memory that it does not own.</summary>
public readonly ref struct ImageView
{
    /// <summary>A view of pixels as an image.</summary>
    /// <exception cref="ArgumentException">Their number does not fit.</exception>
    public ImageView(Span<float> pixels, int channels, int height, int width)
    {
        if (pixels.Length != (long)channels * height * width)
            throw new ArgumentException($"{pixels.Length} pixels where {channels} x {height} x {width} are expected.", nameof(pixels));
        Pixels = pixels;
        (Channels, Height, Width) = (channels, height, width);
    }

    /// <summary>All pixels.</summary>
    public Span<float> Pixels { get; }

    /// <summary>Channels.</summary>
    public int Channels { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>One channel, <c>[height, width]</c>.</summary>
    public Span<float> Plane(int channel) => Pixels.Slice(channel * Height * Width, Height * Width);

    /// <summary>One row of a channel.</summary>
    public Span<float> Row(int channel, int y) => Plane(channel).Slice(y * Width, Width);
}
