namespace Nin.Vectorized;

/// <summary>
/// Where the rows of a product go: every <see cref="Stride"/>th pixel, from <see cref="Top"/> and <see cref="Left"/> on, of <c>[sample,
/// Height, Width, PixelStep]</c>.
/// </summary>
unsafe struct PixelTarget
{
    public float* Image;
    public int Height;
    public int Width;
    public int PixelStep;
    public int Stride;
    public int Top;
    public int Left;

    /// <summary>True where neighbours in the grid are neighbours in memory, also across the ends of rows.</summary>
    public readonly bool IsDense => Stride == 1;

    public readonly float* Row(GridPixel pixel) =>
        Image + (((nint)pixel.Sample * Height + pixel.Row * Stride + Top) * Width + pixel.Column * Stride + Left) * PixelStep;
}
