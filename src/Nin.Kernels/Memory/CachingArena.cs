using ILGPU;
using ILGPU.Runtime;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// Memory of an accelerator, cut out of blocks that are kept when their ranges are released: drivers allocate and free memory slowly, and CUDA
/// waits for the whole device to free some. Small ranges share blocks, so that they do not fragment those that a large one could reuse
/// (as PyTorch's CUDACachingAllocator does). Blocks return to the driver when a request does not fit otherwise, and at the end.
/// </summary>
/// <param name="driver">Allocates that many float32 elements, or throws.</param>
/// <param name="keeps">
/// False gives each range a block of its own, which the driver gets back with it: what checks accesses (compute-sanitizer, the simulated driver of the tests)
/// then sees where a buffer ends and when its life does.
/// </param>
sealed class CachingArena(Func<long, MemoryBuffer1D<float, Stride1D.Dense>> driver, bool keeps = true) : IDisposable
{
    /// <summary>The environment variable that, set to <c>off</c>, makes arenas keep nothing.</summary>
    public const string Variable = "NIN_MEMORY_CACHE";

    /// <summary>What a block's length is a multiple of; 2 MiB, a page of the device.</summary>
    public const long BlockLength = 1 << 19;

    const long SmallLength = BlockLength / 2;

    readonly Lock gate = new();
    readonly List<ArenaBlock> shared = [];
    readonly List<ArenaBlock> large = [];
    long held;
    long taken;

    /// <summary>Bytes that the driver allocated and no range uses.</summary>
    public long CachedBytes
    {
        get
        {
            lock (gate) return (held - taken) * sizeof(float);
        }
    }

    /// <summary>Whether the environment lets arenas keep blocks.</summary>
    public static bool MayKeep => !string.Equals(Environment.GetEnvironmentVariable(Variable), "off", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="OutOfMemoryException">There is insufficient memory, even without the blocks that nothing uses.</exception>
    /// <exception cref="AcceleratorException">The same, as the driver reports it.</exception>
    public ArenaRange Allocate(long length)
    {
        long slot = SlotSize.RoundUp(Math.Max(length, 1));
        var blocks = slot <= SmallLength ? shared : large;
        lock (gate)
        {
            var block = keeps ? blocks.MinBy(b => b.BestFit(slot)) : null;
            if (block is null || block.BestFit(slot) == long.MaxValue) blocks.Add(block = keeps ? NewBlock(slot) : Block(slot));
            taken += slot;
            return new ArenaRange(block, block.Take(slot), slot);
        }
    }

    /// <summary>Releases a range; no queue may still be using it.</summary>
    public void Give(ArenaRange range)
    {
        lock (gate)
        {
            range.Block.Give(range.Offset, range.Length);
            taken -= range.Length;
            if (!keeps) Trim(range.Length <= SmallLength ? shared : large);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var block in shared.Concat(large)) block.Dispose();
            shared.Clear();
            large.Clear();
            held = 0;
        }
    }

    ArenaBlock NewBlock(long slot)
    {
        long length = (slot + BlockLength - 1) / BlockLength * BlockLength;
        try
        {
            return Block(length);
        }
        catch (Exception exception) when (exception is OutOfMemoryException or AcceleratorException)
        {
            Trim(shared);
            Trim(large);
            return Block(slot);
        }
    }

    ArenaBlock Block(long length)
    {
        var block = new ArenaBlock(driver(length));
        held += length;
        return block;
    }

    void Trim(List<ArenaBlock> blocks)
    {
        foreach (var block in blocks.Where(b => b.IsUnused))
        {
            held -= block.Length;
            block.Dispose();
        }

        blocks.RemoveAll(b => b.IsUnused);
    }
}

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

/// <summary>A piece of a block: what an arena hands out. It starts on a multiple of 256 bytes.</summary>
/// <param name="Block">Where it is.</param>
/// <param name="Offset">Its first float32 element.</param>
/// <param name="Length">Elements, rounded up to whole slots of 256 bytes.</param>
readonly record struct ArenaRange(ArenaBlock Block, long Offset, long Length)
{
    /// <summary>Its first elements as an array view of the accelerator.</summary>
    public ArrayView<float> View(long length) => Block.Memory.View.BaseView.SubView(Offset, length);
}
