using System.Numerics;

namespace Nin.Data;

/// <summary>Multiplies light by 1 - <paramref name="Amount"/> to 1 + <paramref name="Amount"/>, all equally likely; nothing becomes lighter than white.</summary>
/// <param name="Amount">0 to 1.</param>
public sealed record Brightness(double Amount) : Transform
{
    /// <summary>The largest change.</summary>
    public double Amount { get; } = Argument.Between(Amount, 0, 1, nameof(Amount));

    /// <inheritdoc/>
    public override void Apply(ImageView source, ImageView destination, TransformContext context)
    {
        float factor = (float)context.Uniform(1 - Amount, 1 + Amount);
        for (int c = 0; c < source.Channels; c++)
            Levels.Scale(source.Plane(c), destination.Plane(c), context.Black[c], factor, context.Black[c], context.White[c]);
    }
}

/// <summary>
/// Multiplies the difference to each channel's mean by 1 - <paramref name="Amount"/> to 1 + <paramref name="Amount"/>, all equally likely; nothing leaves
/// black to white.
/// </summary>
/// <param name="Amount">0 to 1.</param>
public sealed record Contrast(double Amount) : Transform
{
    /// <summary>The largest change.</summary>
    public double Amount { get; } = Argument.Between(Amount, 0, 1, nameof(Amount));

    /// <inheritdoc/>
    public override void Apply(ImageView source, ImageView destination, TransformContext context)
    {
        float factor = (float)context.Uniform(1 - Amount, 1 + Amount);
        for (int c = 0; c < source.Channels; c++)
        {
            double sum = 0;
            foreach (float value in source.Plane(c)) sum += value;
            Levels.Scale(source.Plane(c), destination.Plane(c), (float)(sum / source.Plane(c).Length), factor, context.Black[c], context.White[c]);
        }
    }
}

/// <summary>
/// Covers a square (DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout", arXiv 1708.04552) with 0, the mean of
/// normalised images. Its middle is any pixel, so that a part of it may be outside.
/// </summary>
/// <param name="Size">Side in pixels, 1 or more.</param>
public sealed record Cutout(int Size) : Transform
{
    /// <summary>Side in pixels.</summary>
    public int Size { get; } = Argument.Between(Size, 1, BilinearResize.MaxSide, nameof(Size));

    /// <inheritdoc/>
    public override void Apply(ImageView source, ImageView destination, TransformContext context)
    {
        source.Pixels.CopyTo(destination.Pixels);
        int top = context.Below(source.Height) - Size / 2, left = context.Below(source.Width) - Size / 2;
        int first = Math.Max(left, 0), last = Math.Min(left + Size, source.Width);
        for (int c = 0; c < source.Channels; c++)
        {
            for (int y = Math.Max(top, 0); y < Math.Min(top + Size, source.Height); y++) destination.Row(c, y)[first..last].Clear();
        }
    }
}

static class Levels
{
    /// <summary>(x - origin) factor + origin, kept between two levels.</summary>
    public static void Scale(ReadOnlySpan<float> source, Span<float> destination, float origin, float factor, float least, float most)
    {
        var (from, by, low, high) = (new Vector<float>(origin), new Vector<float>(factor), new Vector<float>(least), new Vector<float>(most));
        int i = 0;
        for (; i <= source.Length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Min(Vector.Max((new Vector<float>(source[i..]) - from) * by + from, low), high).CopyTo(destination[i..]);
        for (; i < source.Length; i++) destination[i] = Math.Clamp((source[i] - origin) * factor + origin, least, most);
    }
}

static class Argument
{
    public static double Between(double value, double least, double most, string name) => value >= least && value <= most
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least} to {most}.");

    public static int Between(int value, int least, int most, string name) => (int)Between((double)value, least, most, name);

    public static int? Between(int? value, int least, int most, string name) => value is { } given ? Between(given, least, most, name) : null;
}
