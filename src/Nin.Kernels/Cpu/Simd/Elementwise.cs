using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>A piece of work over elements.</summary>
static class Chunk
{
    /// <summary>
    /// Its elements: few enough that the last pieces fill all threads and their operands stay in the second-level cache, enough that claiming one
    /// costs nothing.
    /// </summary>
    public const int Length = 16 * 1024;
}

/// <summary>A formula over independent elements. Its operands are pointers that the implementing struct holds.</summary>
interface IElementwise
{
    /// <summary>Computes the elements of one register.</summary>
    /// <param name="i">Index of the first element.</param>
    /// <param name="extent">How many.</param>
    void Apply<TLanes, TExtent>(long i, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;
}

/// <summary>A formula over a flat range, cut into chunks.</summary>
readonly struct ElementwiseJob<TOperator>(TOperator formula, long length) : ILanesJob
    where TOperator : struct, IElementwise
{
    readonly TOperator formula = formula;
    readonly long length = length;

    /// <summary>Applies a formula to the elements 0 to <paramref name="length"/> - 1.</summary>
    public static void Run(CpuDevice device, long length, in TOperator formula) => Run(device.Pool, length, formula);

    /// <inheritdoc cref="Run(CpuDevice, long, in TOperator)"/>
    public static void Run(WorkerPool pool, long length, in TOperator formula) =>
        SimdWidth.Run(pool, Pieces(length), new ElementwiseJob<TOperator>(formula, length));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        // A copy, so that its fields stay in registers: those of the job might alias what is stored.
        TOperator local = formula;
        long i = (long)index * Chunk.Length;
        long end = Math.Min(i + Chunk.Length, length);
        for (; i <= end - TLanes.Count; i += TLanes.Count)
        {
            local.Apply<TLanes, WholeExtent>(i, default);
        }

        if (i < end)
        {
            local.Apply<TLanes, PartExtent>(i, new PartExtent((int)(end - i)));
        }
    }

    static int Pieces(long length) => (int)((length + Chunk.Length - 1) / Chunk.Length);
}

/// <summary>A formula over <c>[rows, channels]</c> with coefficients per channel, which the implementing struct holds.</summary>
interface IChannelwise
{
    /// <summary>Computes the elements of one register.</summary>
    /// <param name="at">Index of the first element.</param>
    /// <param name="c">Its channel.</param>
    /// <param name="extent">How many.</param>
    void Apply<TLanes, TExtent>(long at, int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;
}

/// <summary>A formula with coefficients per channel over <c>[rows, channels]</c>, cut into chunks of rows.</summary>
readonly struct ChannelwiseJob<TOperator>(TOperator formula, long rows, int channels, int step, bool past) : ILanesJob
    where TOperator : struct, IChannelwise
{
    readonly TOperator formula = formula;
    readonly long rows = rows;
    readonly int channels = channels;
    readonly int step = step;

    /// <summary>Applies a formula to all elements.</summary>
    /// <param name="device">Threads and width.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="channels">Elements of a row.</param>
    /// <param name="formula">The formula.</param>
    /// <param name="past">Whether all that it stores goes past the caches: <see cref="PastExtent.Suits"/>.</param>
    public static void Run(CpuDevice device, long rows, int channels, in TOperator formula, bool past = false)
    {
        int step = Math.Max(1, Chunk.Length / channels);
        device.Run((int)((rows + step - 1) / step), new ChannelwiseJob<TOperator>(formula, rows, channels, step, past));
    }

    public void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        long first = (long)index * step;
        int height = (int)Math.Min(step, rows - first);
        if (past)
        {
            Apply<TLanes, PastExtent>(first * channels, height, 0, channels, default);
            PastExtent.Fence();
            return;
        }

        int whole = channels - channels % TLanes.Count;
        if (whole > 0)
            Apply<TLanes, WholeExtent>(first * channels, height, 0, whole, default);
        if (whole < channels)
            Apply<TLanes, PartExtent>(first * channels, height, whole, channels, new PartExtent(channels - whole));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void Apply<TLanes, TExtent>(long first, int height, int c0, int c1, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TOperator local = formula;
        int stride = channels;
        for (int row = 0; row < height; row++, first += stride)
        {
            for (int c = c0; c < c1; c += TLanes.Count)
            {
                local.Apply<TLanes, TExtent>(first + c, c, extent);
            }
        }
    }
}

/// <summary>
/// Divides channels into blocks where examples alone would leave threads without work. A channel's result never depends on its block.
/// </summary>
readonly struct ChannelBlocks
{
    // Whole cache lines, and enough of them that a row of a block is worth fetching.
    const int Width = 64;

    readonly int channels;
    readonly int width;

    /// <param name="channels">Channels.</param>
    /// <param name="pieces">Pieces of work that there are without cutting channels.</param>
    /// <param name="threads">Threads that compute.</param>
    public ChannelBlocks(int channels, int pieces, int threads)
    {
        this.channels = channels;
        width = threads == 1 || pieces >= 2 * threads ? channels : Width;
        Count = (channels + width - 1) / width;
    }

    /// <summary>Blocks.</summary>
    public int Count { get; }

    /// <summary>First channel of a block.</summary>
    public int First(int block) => block * width;

    /// <summary>The channel after the last one of a block.</summary>
    public int End(int block) => Math.Min(channels, (block + 1) * width);
}
