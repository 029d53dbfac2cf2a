namespace Nin.Ops;

/// <summary>What a weight gradient by groups reads beside its arrays.</summary>
/// <param name="Map">The forward pass: sizes, and which pixels belong together.</param>
/// <param name="Examples">Examples of the batch.</param>
/// <param name="Stride">Elements from the partial sums of a slice to those of the next.</param>
/// <param name="SumsBias">1 where the bias's gradient is written behind the weights'.</param>
/// <param name="ReadsQuads">1 where four filters of the output's gradient may be read at once.</param>
/// <param name="WritesQuads">1 where four filters of the partial sums may be written at once.</param>
readonly record struct GroupGradientSizes(
    WindowMap Map, int Examples, long Stride, int SumsBias, int ReadsQuads, int WritesQuads)
{
    /// <summary>Rows of a group's gradient: taps times channels.</summary>
    public int Rows => Map.Kernel * Map.Kernel * Map.Depth;

    /// <summary>Elements from a row to the next: all filters.</summary>
    public long RowStride => (long)Map.Groups * Map.Columns;

    /// <summary>The first pixel of a slice, or the one behind the last where there is no such slice.</summary>
    public long FirstPixel(int slice) => (long)Slices.First(slice, Examples) * Map.Height * Map.Width;
}
