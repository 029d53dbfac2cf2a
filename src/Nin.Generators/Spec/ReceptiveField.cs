namespace Nin.Generators.Spec;

/// <summary>The input pixels that one output pixel depends on, and the input pixels from it to the next output pixel's.</summary>
readonly record struct ReceptiveField(long Height, long Width, long Jump)
{
    /// <summary>The network's input: each pixel sees itself.</summary>
    public static ReceptiveField Pixel => new(1, 1, 1);

    /// <summary>Behind windows of this effective size and stride.</summary>
    public ReceptiveField Slide(long effective, long stride) =>
        new(Widen(Height, effective), Widen(Width, effective), Saturated.Product(Jump, stride));

    /// <summary>Behind a layer each of whose outputs reads the whole image.</summary>
    public ReceptiveField Whole(Shape input) => this with { Height = Widen(Height, input.Height), Width = Widen(Width, input.Width) };

    /// <summary>Behind a layer that joins two branches.</summary>
    public ReceptiveField Join(ReceptiveField other) =>
        new(Math.Max(Height, other.Height), Math.Max(Width, other.Width), Math.Max(Jump, other.Jump));

    long Widen(long size, long effective) => Saturated.Sum([size, Saturated.Product(effective - 1, Jump)]);
}
