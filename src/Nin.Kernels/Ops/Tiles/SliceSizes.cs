namespace Nin.Ops;

/// <summary>A batch cut into slices whose channels are summed.</summary>
/// <param name="Examples">Examples of the batch.</param>
/// <param name="Pixels">Pixels of an example.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Stride">Elements from the sums of a slice to those of the next.</param>
readonly record struct SliceSizes(int Examples, long Pixels, int Channels, long Stride)
{
    /// <summary>Slices.</summary>
    public int Slices => Ops.Slices.Count(Examples);

    /// <summary>The first pixel of a slice, or the one behind the last where there is no such slice.</summary>
    public long FirstPixel(int slice) => Ops.Slices.First(slice, Examples) * Pixels;
}
