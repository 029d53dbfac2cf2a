namespace Nin.Onnx;

/// <summary>What a name in an ONNX graph stands for while the graph is read.</summary>
abstract record Value;

/// <summary>Numbers that the file gives, or that follow from those: weights as floats, shapes and axes as integers.</summary>
sealed record Constant(long[] Dims, float[]? Floats = null, long[]? Integers = null) : Value
{
    /// <summary>What the file calls these very numbers; null where they were computed.</summary>
    public string? Name { get; init; }

    public int Length => Floats?.Length ?? Integers!.Length;

    /// <summary>The elements as floats.</summary>
    public float[] ToFloats() => Floats ?? [.. Integers!.Select(i => (float)i)];
}

/// <summary>What a layer gives; -1 is the network's input.</summary>
sealed record LayerValue(int Layer, Shape Shape) : Value;

/// <summary>A layer's value with zeros around it, or with minus infinity, which the window that reads it takes as its padding.</summary>
sealed record Padded(LayerValue Of, int Top, int Left, int Bottom, int Right, float Filling) : Value;

/// <summary>Features with one more axis after them, of the size 1: half way between features and an image of one pixel.</summary>
sealed record HalfPixel(LayerValue Of) : Value;

/// <summary>The mean of a layer's value over one of height and width: half of the mean over all pixels.</summary>
/// <param name="Of">The value.</param>
/// <param name="Axis">2 for height, 3 for width.</param>
/// <param name="Kept">Whether the axis is still there, with the size 1.</param>
sealed record PartOfMean(LayerValue Of, long Axis, bool Kept) : Value;

/// <summary>What comes after the logits, which layers end with.</summary>
sealed record Ended(LayerValue Logits, NetworkEnding Ending) : Value;

/// <summary>A layer's value times a number and plus another, each one for all channels or one per channel.</summary>
sealed record Affine(LayerValue Of, float[] Scale, float[] Shift) : Value
{
    public static Affine Identity(LayerValue of) => new(of, [1], [0]);

    public Affine Times(float[] factors) => this with { Scale = Zip(Scale, factors, (a, b) => a * b), Shift = Zip(Shift, factors, (a, b) => a * b) };

    public Affine Plus(float[] terms) => this with { Shift = Zip(Shift, terms, (a, b) => a + b) };

    static float[] Zip(float[] a, float[] b, Func<float, float, float> combine)
    {
        int length = Math.Max(a.Length, b.Length);
        return [.. Enumerable.Range(0, length).Select(i => combine(a[a.Length == 1 ? 0 : i], b[b.Length == 1 ? 0 : i]))];
    }
}

/// <summary>Erf of a layer's value over the root of two, and what is on the way from there to GELU.</summary>
/// <param name="Of">The value.</param>
/// <param name="PlusOne">Whether 1 was added.</param>
/// <param name="TimesInput">Whether it was multiplied by the value.</param>
/// <param name="Halved">Whether it was halved.</param>
sealed record PartOfGelu(LayerValue Of, bool PlusOne = false, bool TimesInput = false, bool Halved = false) : Value
{
    public bool IsComplete => PlusOne && TimesInput && Halved;
}

/// <summary>A layer's value plus 3, between 0 and 6, and what is on the way from there to hard swish or hard sigmoid.</summary>
/// <param name="Of">The value.</param>
/// <param name="TimesInput">Whether it was multiplied by the value.</param>
/// <param name="Divided">Whether it was divided by 6.</param>
sealed record PartOfHardSwish(LayerValue Of, bool TimesInput = false, bool Divided = false) : Value
{
    public bool IsComplete => TimesInput && Divided;
}

/// <summary>The value of a node that cannot be read. What reads it is not reported again.</summary>
sealed record Unknown : Value;
