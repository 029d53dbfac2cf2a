namespace Nin.Ops;

/// <summary>Sizes of the perceptron that a NiN block runs over each pixel: two 1x1 convolutions.</summary>
/// <param name="Pixels">Rows times columns of one example.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="Hidden">Channels between the two.</param>
/// <param name="Filters">Output channels.</param>
public readonly record struct PointwiseMlpSizes(int Pixels, int Channels, int Hidden, int Filters)
{
    /// <summary>The first convolution alone.</summary>
    public PointwiseSizes First => new(Pixels, Channels, Hidden);

    /// <summary>The second convolution alone.</summary>
    public PointwiseSizes Second => new(Pixels, Hidden, Filters);
}
