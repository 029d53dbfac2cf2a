namespace Nin.Ops;

/// <summary>
/// Mean and squared deviations of some pixels in four channels, in registers of a portable kernel. Statistics of two sets are combined by Chan's formula
/// (Chan, Golub and LeVeque, "Algorithms for computing the sample variance", 1983), so that memory is read once. The mean is relative to the batch's first
/// pixel: float32 holds deviations and not the mean itself.
/// </summary>
struct PixelStatistics
{
    /// <summary>
    /// Pixels whose squares are summed relative to their first: since that is one of them, at most one more than as many roundings of their squared
    /// deviations are lost.
    /// </summary>
    public const int Chunk = 16;

    public float Count;
    public Float4 Mean, Squares;

    /// <summary>The statistics of pixels of which one is the origin.</summary>
    /// <param name="count">Pixels.</param>
    /// <param name="sum">Of deviations from the origin.</param>
    /// <param name="squares">Their squares.</param>
    /// <param name="origin">Relative to the batch's first pixel.</param>
    public static PixelStatistics Of(float count, Float4 sum, Float4 squares, Float4 origin)
    {
        PixelStatistics r;
        r.Count = count;
        r.Mean = Float4.Add(origin, Float4.Divide(sum, count));
        r.Squares = Float4.Subtract(squares, Float4.Divide(Float4.Multiply(sum, sum), count));
        return r;
    }

    /// <summary>The statistics of the pixels of both.</summary>
    public static PixelStatistics Append(PixelStatistics a, PixelStatistics b)
    {
        if (b.Count == 0) return a;
        float count = a.Count + b.Count, share = b.Count / count, weight = a.Count * share;
        a.Count = count;
        Float4 shift = Float4.Subtract(b.Mean, a.Mean);
        a.Mean = Float4.Add(a.Mean, Float4.Scale(shift, share));
        a.Squares = Float4.Add(a.Squares, Float4.Add(b.Squares, Float4.Scale(Float4.Multiply(shift, shift), weight)));
        return a;
    }
}
