using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

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
