namespace Nin.Ops;

/// <summary>What a tree over slices combines.</summary>
/// <param name="Slices">Slices.</param>
/// <param name="Stride">Elements from a slice to the next.</param>
/// <param name="FirstLength">Elements of the first result.</param>
/// <param name="Length">Elements of both results.</param>
/// <param name="Accumulate">1 where sums are added to what stands there.</param>
readonly record struct SliceTreeSizes(int Slices, long Stride, long FirstLength, long Length, int Accumulate);
