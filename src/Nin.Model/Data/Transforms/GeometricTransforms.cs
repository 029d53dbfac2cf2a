namespace Nin.Data;

/// <summary>Mirrors left to right.</summary>
/// <param name="Probability">Share of the images, 0 to 1.</param>
public sealed record HorizontalFlip(double Probability = 0.5) : Transform
{
    /// <summary>Share of the images.</summary>
    public double Probability { get; } = Argument.Between(Probability, 0, 1, nameof(Probability));

    /// <inheritdoc/>
    public override void Apply(ImageView source, ImageView destination, TransformContext context)
    {
        source.Pixels.CopyTo(destination.Pixels);
        if (!context.Chance(Probability)) return;
        for (int row = 0; row < source.Channels * source.Height; row++) destination.Pixels.Slice(row * source.Width, source.Width).Reverse();
    }
}

/// <summary>
/// Cuts an image of its own size out of one with black borders: a move by up to <paramref name="Padding"/> pixels along each axis, all equally likely.
/// </summary>
/// <param name="Padding">Width of the borders, 0 or more.</param>
public sealed record RandomCrop(int Padding) : Transform
{
    /// <summary>Width of the borders.</summary>
    public int Padding { get; } = Argument.Between(Padding, 0, BilinearResize.MaxSide, nameof(Padding));

    /// <inheritdoc/>
    public override void Apply(ImageView source, ImageView destination, TransformContext context)
    {
        var (height, width) = (source.Height, source.Width);
        int down = context.Below(2 * Padding + 1) - Padding, right = Math.Clamp(context.Below(2 * Padding + 1) - Padding, -width, width);
        int start = Math.Max(right, 0), end = Math.Min(width + right, width);
        for (int c = 0; c < source.Channels; c++)
        {
            float black = context.Black[c];
            for (int y = 0; y < height; y++)
            {
                var row = destination.Row(c, y);
                if ((uint)(y - down) >= (uint)height)
                {
                    row.Fill(black);
                    continue;
                }

                row[..start].Fill(black);
                row[end..].Fill(black);
                source.Row(c, y - down).Slice(start - right, end - start).CopyTo(row[start..end]);
            }
        }
    }
}

/// <summary>
/// Cuts out a rectangle of random size, shape and place, and resizes it: torchvision's <c>RandomResizedCrop</c> (Szegedy et al., arXiv 1409.4842), with its
/// defaults.
/// </summary>
/// <param name="MinScale">The least share of the image's area, above 0.</param>
/// <param name="MaxScale">The largest share, up to 1.</param>
/// <param name="MinRatio">The least width over height; its logarithm is uniform.</param>
/// <param name="MaxRatio">The largest width over height.</param>
/// <param name="Height">Rows of what comes out; null for the image's.</param>
/// <param name="Width">Columns of what comes out; null for the image's.</param>
public sealed record RandomResizedCrop(
    double MinScale = 0.08, double MaxScale = 1, double MinRatio = 3.0 / 4, double MaxRatio = 4.0 / 3, int? Height = null, int? Width = null) : Transform
{
    const int Tries = 10;

    /// <summary>The least share of the area.</summary>
    public double MinScale { get; } = Argument.Between(MinScale, 1e-6, MaxScale, nameof(MinScale));

    /// <summary>The largest share of the area.</summary>
    public double MaxScale { get; } = Argument.Between(MaxScale, MinScale, 1, nameof(MaxScale));

    /// <summary>The least width over height.</summary>
    public double MinRatio { get; } = Argument.Between(MinRatio, 1e-3, MaxRatio, nameof(MinRatio));

    /// <summary>The largest width over height.</summary>
    public double MaxRatio { get; } = Argument.Between(MaxRatio, MinRatio, 1e3, nameof(MaxRatio));

    /// <summary>Rows of what comes out; null for the image's.</summary>
    public int? Height { get; } = Argument.Between(Height, 1, BilinearResize.MaxSide, nameof(Height));

    /// <summary>Columns of what comes out; null for the image's.</summary>
    public int? Width { get; } = Argument.Between(Width, 1, BilinearResize.MaxSide, nameof(Width));

    /// <inheritdoc/>
    public override (int Height, int Width) OutputSize(int height, int width) => (Height ?? height, Width ?? width);

    /// <inheritdoc/>
    public override void Apply(ImageView source, ImageView destination, TransformContext context)
    {
        var (top, left, height, width) = Rectangle(source.Height, source.Width, context);
        for (int c = 0; c < source.Channels; c++)
        {
            // The rectangle's rows are moved together at the start of the plane, which is not read again.
            var plane = source.Plane(c);
            for (int y = 0; y < height; y++) plane.Slice((top + y) * source.Width + left, width).CopyTo(plane[(y * width)..]);
            context.Resize(plane[..(height * width)], height, width, destination.Plane(c), destination.Height, destination.Width);
        }
    }

    (int Top, int Left, int Height, int Width) Rectangle(int rows, int columns, TransformContext context)
    {
        for (int i = 0; i < Tries; i++)
        {
            double area = rows * (double)columns * context.Uniform(MinScale, MaxScale), ratio = Math.Exp(context.Uniform(Math.Log(MinRatio), Math.Log(MaxRatio)));
            int width = (int)Math.Round(Math.Sqrt(area * ratio)), height = (int)Math.Round(Math.Sqrt(area / ratio));
            if (width is 0 || height is 0 || width > columns || height > rows) continue;
            return (context.Below(rows - height + 1), context.Below(columns - width + 1), height, width);
        }

        // The largest rectangle in the middle whose shape is allowed.
        double shape = Math.Clamp((double)columns / rows, MinRatio, MaxRatio);
        int w = Math.Clamp((int)Math.Round(Math.Min(columns, rows * shape)), 1, columns), h = Math.Clamp((int)Math.Round(Math.Min(rows, columns / shape)), 1, rows);
        return ((rows - h) / 2, (columns - w) / 2, h, w);
    }
}

/// <summary>Turns about the middle, with bilinear interpolation; what comes in from outside is black.</summary>
/// <param name="Degrees">The largest angle to either side, 0 to 180, all equally likely.</param>
public sealed record Rotation(double Degrees) : Transform
{
    const int Run = 256;

    /// <summary>The largest angle to either side.</summary>
    public double Degrees { get; } = Argument.Between(Degrees, 0, 180, nameof(Degrees));

    /// <inheritdoc/>
    public override void Apply(ImageView source, ImageView destination, TransformContext context)
    {
        var (sin, cos) = Math.SinCos(context.Uniform(-Degrees, Degrees) * Math.PI / 180);
        var (height, width) = (source.Height, source.Width);
        double middleY = (height - 1) / 2.0, middleX = (width - 1) / 2.0;
        // A run of a row at a time: where its pixels were is the same in all channels.
        Span<int> tops = stackalloc int[Run], lefts = stackalloc int[Run];
        Span<float> downs = stackalloc float[Run], rights = stackalloc float[Run];
        for (int y = 0; y < height; y++)
        {
            for (int start = 0; start < width; start += Run)
            {
                int count = Math.Min(Run, width - start);
                for (int i = 0; i < count; i++)
                {
                    // Where the pixel was before the turn.
                    int x = start + i;
                    double fromY = middleY + (y - middleY) * cos - (x - middleX) * sin, fromX = middleX + (y - middleY) * sin + (x - middleX) * cos;
                    double top = Math.Floor(fromY), left = Math.Floor(fromX);
                    (tops[i], lefts[i]) = ((int)top, (int)left);
                    (downs[i], rights[i]) = ((float)(fromY - top), (float)(fromX - left));
                }

                for (int c = 0; c < source.Channels; c++)
                    Interpolate(source.Plane(c), height, width, context.Black[c], tops, lefts, downs, rights, destination.Row(c, y).Slice(start, count));
            }
        }
    }

    static void Interpolate(
        ReadOnlySpan<float> plane, int height, int width, float outside, ReadOnlySpan<int> tops, ReadOnlySpan<int> lefts, ReadOnlySpan<float> downs,
        ReadOnlySpan<float> rights, Span<float> output)
    {
        for (int i = 0; i < output.Length; i++)
        {
            var (top, left, right) = (tops[i], lefts[i], rights[i]);
            float above, below;
            if ((uint)top < (uint)(height - 1) && (uint)left < (uint)(width - 1))
            {
                int at = top * width + left;
                above = Mix(plane[at], plane[at + 1], right);
                below = Mix(plane[at + width], plane[at + width + 1], right);
            }
            else
            {
                above = Mix(At(plane, top, left, height, width, outside), At(plane, top, left + 1, height, width, outside), right);
                below = Mix(At(plane, top + 1, left, height, width, outside), At(plane, top + 1, left + 1, height, width, outside), right);
            }

            output[i] = Mix(above, below, downs[i]);
        }
    }

    static float Mix(float a, float b, float share) => a * (1 - share) + b * share;

    static float At(ReadOnlySpan<float> plane, int y, int x, int height, int width, float outside) =>
        (uint)y < (uint)height && (uint)x < (uint)width ? plane[y * width + x] : outside;
}
