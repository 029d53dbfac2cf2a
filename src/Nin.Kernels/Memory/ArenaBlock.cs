using ILGPU;
using ILGPU.Runtime;

namespace Nin;

/// <summary>One allocation of the driver, out of which an arena cuts ranges. Lengths and offsets are float32 elements.</summary>
sealed class ArenaBlock(MemoryBuffer1D<float, Stride1D.Dense> memory) : IDisposable
{
    // In the order of their offsets; neighbours are merged.
    readonly List<(long Offset, long Length)> free = [(0, memory.Length)];

    public MemoryBuffer1D<float, Stride1D.Dense> Memory { get; } = memory;

    public long Length => Memory.Length;

    public bool IsUnused => free is [var whole] && whole.Length == Length;

    /// <summary>The shortest free range that holds <paramref name="length"/>, or <see cref="long.MaxValue"/>.</summary>
    public long BestFit(long length)
    {
        long best = long.MaxValue;
        foreach (var range in free)
        {
            if (range.Length >= length) best = Math.Min(best, range.Length);
        }

        return best;
    }

    /// <summary>Cuts a range off the free one that <see cref="BestFit"/> found, and returns its offset.</summary>
    public long Take(long length)
    {
        long fit = BestFit(length);
        int index = free.FindIndex(r => r.Length == fit);
        var (offset, rest) = free[index];
        if (rest == length) free.RemoveAt(index);
        else free[index] = (offset + length, rest - length);
        return offset;
    }

    public void Give(long offset, long length)
    {
        int index = free.FindIndex(r => r.Offset > offset);
        if (index < 0) index = free.Count;
        if (index < free.Count && free[index].Offset == offset + length)
        {
            length += free[index].Length;
            free.RemoveAt(index);
        }

        if (index > 0 && free[index - 1].Offset + free[index - 1].Length == offset)
            free[index - 1] = (free[index - 1].Offset, free[index - 1].Length + length);
        else free.Insert(index, (offset, length));
    }

    public void Dispose() => Memory.Dispose();
}
