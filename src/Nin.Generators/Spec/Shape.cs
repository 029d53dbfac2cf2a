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
