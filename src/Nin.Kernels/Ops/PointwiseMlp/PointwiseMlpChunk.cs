namespace Nin.Ops;

/// <summary>How many examples go through both products of a pixel's perceptron at a time.</summary>
static class PointwiseMlpChunk
{
    // Half of a level-2 cache of a megabyte, and pixels enough that the threads have pieces to share.
    const long CacheFloats = 128 * 1024;
    const int PixelsPerThread = 1024;

    /// <summary>Examples of a chunk; results do not depend on it.</summary>
    public static int Examples(in PointwiseMlpSizes sizes, int threads)
    {
        long hidden = sizes.First.OutputLength;
        long fit = threads * CacheFloats / hidden, busy = (long)threads * PixelsPerThread / sizes.Pixels;
        return (int)Math.Clamp(Math.Max(fit, busy), 1, int.MaxValue);
    }
}
