namespace Nin.Generators.Spec;

/// <summary>One example's shape: channels x height x width, or a flat row of features (then height and width are 1).</summary>
readonly record struct Shape(long Channels, long Height, long Width, bool IsFlat)
{
    public static Shape Chw(long channels, long height, long width) => new(channels, height, width, false);

    public static Shape Features(long count) => new(count, 1, 1, true);

    public long Elements => Saturated.Product(Channels, Height, Width);

    public override string ToString() => (IsFlat, Channels) switch
    {
        (false, _) => $"{Channels}x{Height}x{Width}",
        (true, 1) => "1 feature",
        (true, _) => $"{Channels} features",
    };
}

/// <summary>The input pixels that one output pixel depends on, and the input pixels from it to the next output pixel's, vertically and horizontally.</summary>
readonly record struct ReceptiveField(long Height, long Width, long JumpDown, long JumpRight)
{
    /// <summary>The same distance along both axes.</summary>
    public ReceptiveField(long height, long width, long jump)
        : this(height, width, jump, jump)
    {
    }

    /// <summary>The network's input: each pixel depends on itself.</summary>
    public static ReceptiveField Pixel => new(1, 1, jump: 1);

    /// <summary>After windows of this effective height and width and these strides.</summary>
    public ReceptiveField Slide(long height, long strideDown, long width, long strideRight) => new(
        Widen(Height, height, JumpDown), Widen(Width, width, JumpRight), Saturated.Product(JumpDown, strideDown), Saturated.Product(JumpRight, strideRight));

    /// <summary>After a transposed convolution with windows of this effective height and width and these strides, which divide the distance.</summary>
    public ReceptiveField Enlarge(long height, long strideDown, long width, long strideRight) => new(
        Widen(Height, (height - 1) / strideDown + 1, JumpDown), Widen(Width, (width - 1) / strideRight + 1, JumpRight),
        Math.Max(1, JumpDown / strideDown), Math.Max(1, JumpRight / strideRight));

    /// <summary>After a layer each of whose outputs reads the whole image.</summary>
    public ReceptiveField Whole(Shape input) => this with
    {
        Height = Widen(Height, input.Height, JumpDown), Width = Widen(Width, input.Width, JumpRight),
    };

    /// <summary>After a layer that joins two branches.</summary>
    public ReceptiveField Join(ReceptiveField other) => new(
        Math.Max(Height, other.Height), Math.Max(Width, other.Width), Math.Max(JumpDown, other.JumpDown), Math.Max(JumpRight, other.JumpRight));

    /// <summary>Side of the square of input pixels; none depends on more than the image.</summary>
    public long Within(Shape input) => Math.Max(Math.Min(Height, input.Height), Math.Min(Width, input.Width));

    static long Widen(long size, long effective, long jump) => Saturated.Sum([size, Saturated.Product(effective - 1, jump)]);
}

/// <summary>
/// Arithmetic on non-negative counts that stops at <see cref="long.MaxValue"/>: half-typed arguments can ask for more elements
/// than any number holds, and must end in a diagnostic, not in an overflow.
/// </summary>
static class Saturated
{
    public static long Product(params long[] factors) =>
        factors.Contains(0) ? 0 : factors.Aggregate(1L, (all, next) => all > long.MaxValue / next ? long.MaxValue : all * next);

    public static long Sum(IEnumerable<long> terms) =>
        terms.Aggregate(0L, (sum, term) => sum > long.MaxValue - term ? long.MaxValue : sum + term);
}
