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
readonly record struct PoolWindow(long Input, long Output, int Rows, int Columns, long RowStep, int ColumnStep);

/// <summary>Walks the windows of one output row.</summary>
static class PoolRow
{
    /// <summary>Applies an operator to each window of a row, from left to right.</summary>
    /// <param name="pool">The operator.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="example">The example.</param>
    /// <param name="row">The output row.</param>
    /// <param name="c0">First channel.</param>
    /// <param name="c1">The channel behind the last one.</param>
    public static void Walk<TLanes, TOperator>(in TOperator pool, in PoolSizes sizes, int example, int row, int c0, int c1)
        where TLanes : struct, ILanes<TLanes>
        where TOperator : struct, IPoolOperator
    {
        int whole = c1 - (c1 - c0) % TLanes.Count;
        if (c0 < whole)
            Walk<TLanes, TOperator, WholeExtent>(pool, sizes, example, row, c0, whole, default);
        if (whole < c1)
            Walk<TLanes, TOperator, PartExtent>(pool, sizes, example, row, whole, c1, new PartExtent(c1 - whole));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void Walk<TLanes, TOperator, TExtent>(
        in TOperator pool, in PoolSizes sizes, int example, int row, int c0, int c1, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TOperator : struct, IPoolOperator
        where TExtent : struct, IExtent
    {
        TOperator local = pool;
        int outWidth = sizes.OutWidth;
        (int firstRow, int endRow) = Taps(row, sizes.Height, sizes);
        long top = (long)example * sizes.Height + row * sizes.Stride - sizes.Padding + firstRow * sizes.Dilation;
        long output = ((long)example * sizes.OutHeight + row) * outWidth * sizes.Channels;
        for (int column = 0; column < outWidth; column++, output += sizes.Channels)
        {
            (int first, int end) = Taps(column, sizes.Width, sizes);
            int left = column * sizes.Stride - sizes.Padding + first * sizes.Dilation;
            var window = new PoolWindow(
                (top * sizes.Width + left) * sizes.Channels, output, endRow - firstRow, end - first,
                (long)sizes.Dilation * sizes.Width * sizes.Channels, sizes.Dilation * sizes.Channels);
            for (int c = c0; c < c1; c += TLanes.Count)
            {
                local.Apply<TLanes, TExtent>(window, c, extent);
            }
        }
    }

    // Along one axis: the first tap inside the input and the one behind the last; equal where the input lies between two taps.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (int First, int End) Taps(int output, int size, in PoolSizes sizes)
    {
        int start = output * sizes.Stride - sizes.Padding;
        int last = start + sizes.Dilation * (sizes.Kernel - 1);
        int first = start < 0 ? (-start + sizes.Dilation - 1) / sizes.Dilation : 0;
        int end = last < size ? sizes.Kernel : (size - start + sizes.Dilation - 1) / sizes.Dilation;
        return (first, Math.Max(first, end));
    }
}

/// <summary>A forward pooling, output rows side by side.</summary>
readonly struct PoolForwardJob<TOperator>(TOperator pool, PoolSizes sizes) : ILanesJob
    where TOperator : struct, IPoolOperator
{
    /// <summary>Applies an operator to all windows.</summary>
    public static void Run(CpuDevice device, in PoolSizes sizes, int n, in TOperator pool) =>
        device.Run(n * sizes.OutHeight, new PoolForwardJob<TOperator>(pool, sizes));

    public void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        (int example, int row) = Math.DivRem(index, sizes.OutHeight);
        PoolRow.Walk<TLanes, TOperator>(pool, sizes, example, row, 0, sizes.Channels);
    }
}

/// <summary>
/// A backward pooling that scatters: windows overlap, so a thread takes whole examples, or blocks of their channels, and goes through the
/// windows in order.
/// </summary>
readonly unsafe struct PoolBackwardJob<TOperator>(TOperator pool, PoolSizes sizes, ChannelBlocks blocks, float* dx, bool accumulate) : ILanesJob
    where TOperator : struct, IPoolOperator
{
    /// <summary>Applies an operator, which adds to <paramref name="dx"/>, to all windows.</summary>
    public static void Run(CpuDevice device, in PoolSizes sizes, int n, float* dx, bool accumulate, in TOperator pool)
    {
        var blocks = new ChannelBlocks(sizes.Channels, n, device.Threads);
        device.Run(n * blocks.Count, new PoolBackwardJob<TOperator>(pool, sizes, blocks, dx, accumulate));
    }

    public void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        (int example, int block) = Math.DivRem(index, blocks.Count);
        int c0 = blocks.First(block), c1 = blocks.End(block);
        if (!accumulate) Clear(dx + example * sizes.InputLength, c0, c1);
        for (int row = 0; row < sizes.OutHeight; row++)
        {
            PoolRow.Walk<TLanes, TOperator>(pool, sizes, example, row, c0, c1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Clear(float* target, int c0, int c1)
    {
        float* end = target + sizes.InputLength;
        if (c1 - c0 == sizes.Channels)
        {
            NativeMemory.Clear(target, (nuint)sizes.InputLength * sizeof(float));
            return;
        }

        for (; target < end; target += sizes.Channels)
        {
            new Span<float>(target + c0, c1 - c0).Clear();
        }
    }
}

/// <summary><c>dx[picked] += dy</c> over the taps of a window.</summary>
static unsafe class PoolScatter
{
    /// <summary>Adds a gradient to one tap of each channel.</summary>
    /// <param name="window">The window.</param>
    /// <param name="c">First channel.</param>
    /// <param name="extent">How many channels.</param>
    /// <param name="picked">The tap of each channel, from 0; one that no tap has adds nothing.</param>
    /// <param name="gradient">What to add.</param>
    /// <param name="dx">The whole input's gradient.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent, TLanes picked, TLanes gradient, float* dx)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TLanes ordinal = TLanes.Zero, one = TLanes.Broadcast(1);
        float* taps = dx + window.Input + c;
        for (int row = 0; row < window.Rows; row++, taps += window.RowStep)
        {
            float* tap = taps;
            for (int column = 0; column < window.Columns; column++, tap += window.ColumnStep)
            {
                TLanes before = extent.Load<TLanes>(tap);
                extent.Store(tap, TLanes.Select(TLanes.Equal(picked, ordinal), before + gradient, before));
                ordinal += one;
            }
        }
    }
}
