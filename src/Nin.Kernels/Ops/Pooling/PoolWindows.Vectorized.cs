using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nin.Ops;

/// <summary>What a pooling does at one window. Its operands are pointers that the implementing struct holds.</summary>
interface IPoolOperator
{
    /// <summary>Computes the channels of one register.</summary>
    /// <param name="window">The taps.</param>
    /// <param name="c">First channel.</param>
    /// <param name="extent">How many.</param>
    void Apply<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;
}

/// <summary>The taps of one pooling window that lie inside the input; those in the padding are left out.</summary>
/// <param name="Input">Index of the first tap in the input, at channel 0.</param>
/// <param name="Output">Index of the window's result in the output, at channel 0.</param>
/// <param name="Rows">Rows of taps.</param>
/// <param name="Columns">Columns of taps.</param>
/// <param name="RowStep">Elements from a row of taps to the next.</param>
/// <param name="ColumnStep">Elements from a tap to the next of its row.</param>
/// <param name="Area">What an average divides by.</param>
readonly record struct PoolWindow(long Input, long Output, int Rows, int Columns, long RowStep, int ColumnStep, float Area);

/// <summary>Walks the windows of one output row.</summary>
static class PoolRow
{
    /// <summary>Applies an operator to each window of a row, from left to right.</summary>
    /// <param name="pool">The operator.</param>
    /// <param name="map">The pooling.</param>
    /// <param name="example">The example.</param>
    /// <param name="row">The output row.</param>
    /// <param name="c0">First channel.</param>
    /// <param name="c1">The channel after the last one.</param>
    public static void Walk<TLanes, TOperator>(in TOperator pool, in PoolMap map, int example, int row, int c0, int c1)
        where TLanes : struct, ILanes<TLanes>
        where TOperator : struct, IPoolOperator
    {
        int whole = c1 - (c1 - c0) % TLanes.Count;
        if (c0 < whole)
            Walk<TLanes, TOperator, WholeExtent>(pool, map, example, row, c0, whole, default);
        if (whole < c1)
            Walk<TLanes, TOperator, PartExtent>(pool, map, example, row, whole, c1, new PartExtent(c1 - whole));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void Walk<TLanes, TOperator, TExtent>(
        in TOperator pool, in PoolMap map, int example, int row, int c0, int c1, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TOperator : struct, IPoolOperator
        where TExtent : struct, IExtent
    {
        TOperator local = pool;
        PoolAxis columns = map.Columns;
        (int inside, int end) = columns.Whole();
        for (int column = 0; column < columns.Windows;)
        {
            PoolWindow window = At(map, example, row, column);
            // Where all columns of taps are inside, a window differs from the next in its place alone.
            for (int after = column >= inside && column < end ? end : column + 1; column < after; column++)
            {
                for (int c = c0; c < c1; c += TLanes.Count)
                {
                    local.Apply<TLanes, TExtent>(window, c, extent);
                }

                window = window with { Input = window.Input + (long)columns.Stride.Value * map.Channels, Output = window.Output + map.Channels };
            }
        }
    }

    static PoolWindow At(in PoolMap map, int example, int row, int column) => new(
        map.Input(example, map.Rows.First(row), map.Columns.First(column), 0), map.Output(example, row, column, 0), map.Rows.Taps(row),
        map.Columns.Taps(column), (long)map.Rows.Dilation.Value * map.Columns.Size * map.Channels, map.Columns.Dilation.Value * map.Channels, map.Area(row, column));
}

/// <summary>A forward pooling, output rows side by side, or blocks of their channels.</summary>
readonly struct PoolForwardJob<TOperator>(TOperator pool, PoolMap map, ChannelBlocks blocks) : ILanesJob
    where TOperator : struct, IPoolOperator
{
    /// <summary>Applies an operator to all windows.</summary>
    public static void Run(CpuDevice device, in PoolMap map, in TOperator pool)
    {
        int rows = map.Examples * map.Rows.Windows;
        var blocks = new ChannelBlocks(map.Channels, rows, device.Threads);
        device.Run(rows * blocks.Count, new PoolForwardJob<TOperator>(pool, map, blocks));
    }

    public void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        (int line, int block) = Math.DivRem(index, blocks.Count);
        (int example, int row) = Math.DivRem(line, map.Rows.Windows);
        PoolRow.Walk<TLanes, TOperator>(pool, map, example, row, blocks.First(block), blocks.End(block));
    }
}

/// <summary>
/// A backward pooling that scatters: windows overlap, so a thread takes whole examples, or blocks of their channels, and goes through the
/// windows in order.
/// </summary>
readonly unsafe struct PoolBackwardJob<TOperator>(TOperator pool, PoolMap map, ChannelBlocks blocks, float* dx, bool accumulate) : ILanesJob
    where TOperator : struct, IPoolOperator
{
    /// <summary>Applies an operator, which adds to <paramref name="dx"/>, to all windows.</summary>
    public static void Run(CpuDevice device, in PoolMap map, float* dx, bool accumulate, in TOperator pool)
    {
        var blocks = new ChannelBlocks(map.Channels, map.Examples, device.Threads);
        device.Run(map.Examples * blocks.Count, new PoolBackwardJob<TOperator>(pool, map, blocks, dx, accumulate));
    }

    public void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        (int example, int block) = Math.DivRem(index, blocks.Count);
        int c0 = blocks.First(block), c1 = blocks.End(block), cleared = accumulate ? map.Rows.Size : 0;
        for (int row = 0; row < map.Rows.Windows; row++)
        {
            // Rows of the image just before a window first adds to them: an image would have left the cache until then.
            int end = map.Rows.First(row) + (map.Rows.Taps(row) - 1) * map.Rows.Dilation.Value + 1;
            cleared = Clear(example, cleared, Math.Min(end, map.Rows.Size), c0, c1);
            PoolRow.Walk<TLanes, TOperator>(pool, map, example, row, c0, c1);
        }

        Clear(example, cleared, map.Rows.Size, c0, c1);
    }

    // Rows from the first that is not cleared to before the last; returns which one is next.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    int Clear(int example, int cleared, int last, int c0, int c1)
    {
        if (last <= cleared) return cleared;
        float* target = dx + map.Input(example, cleared, 0, 0), end = dx + map.Input(example, last, 0, 0);
        if (c1 - c0 == map.Channels)
        {
            NativeMemory.Clear(target, (nuint)(end - target) * sizeof(float));
            return last;
        }

        for (; target < end; target += map.Channels) new Span<float>(target + c0, c1 - c0).Clear();
        return last;
    }
}
