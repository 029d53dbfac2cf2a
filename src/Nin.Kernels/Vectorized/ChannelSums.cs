using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>
/// Sums down the rows of <c>[rows, channels]</c>, per channel one accumulation in row order. Lanes are channels, so that no sum runs
/// across a register.
/// </summary>
static unsafe class ChannelSums
{
    // Rows are taken in blocks that stay in the first-level cache while the channels are gone through four registers at a time.
    // Between blocks the sums wait in memory, so that the block size is in no result.
    const int BlockLength = 4 * 1024;

    /// <summary>Sums the channels <paramref name="c0"/> to <paramref name="c1"/> - 1.</summary>
    /// <param name="term">What is summed.</param>
    /// <param name="firstRow">First row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="channels">Elements from a row to the next.</param>
    /// <param name="c0">First channel.</param>
    /// <param name="c1">The channel behind the last one.</param>
    /// <param name="first"><c>[channels]</c>, overwritten in the range.</param>
    /// <param name="second"><c>[channels]</c>, overwritten in the range; null where the term has no second sum.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute<TLanes, TTerm>(
        in TTerm term, long firstRow, int rows, int channels, int c0, int c1, float* first, float* second)
        where TLanes : struct, ILanes<TLanes>
        where TTerm : struct, IChannelTerm
    {
        new Span<float>(first + c0, c1 - c0).Clear();
        if (TTerm.HasSecond)
            new Span<float>(second + c0, c1 - c0).Clear();
        int step = Math.Max(1, BlockLength / (c1 - c0));
        for (int row = 0; row < rows; row += step)
        {
            long at = (firstRow + row) * channels;
            int height = Math.Min(step, rows - row);
            int c = c0;
            for (; c <= c1 - 4 * TLanes.Count; c += 4 * TLanes.Count)
            {
                Four<TLanes, TTerm>(term, at + c, c, height, channels, first, second);
            }

            for (; c <= c1 - TLanes.Count; c += TLanes.Count)
            {
                One<TLanes, TTerm, WholeExtent>(term, at + c, c, default, height, channels, first, second);
            }

            if (c < c1)
                One<TLanes, TTerm, PartExtent>(term, at + c, c, new PartExtent(c1 - c), height, channels, first, second);
        }
    }

    // A method of its own, and not inlined: the JIT's budget for inlining is one method's, and would be spent before the terms.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void One<TLanes, TTerm, TExtent>(
        in TTerm term, long at, int c, TExtent extent, int rows, int channels, float* first, float* second)
        where TLanes : struct, ILanes<TLanes>
        where TTerm : struct, IChannelTerm
        where TExtent : struct, IExtent
    {
        TTerm local = term;
        TLanes a = extent.Load<TLanes>(first + c);
        TLanes b = TTerm.HasSecond ? extent.Load<TLanes>(second + c) : TLanes.Zero;
        for (int row = 0; row < rows; row++, at += channels)
        {
            local.Add(at, c, extent, ref a, ref b);
        }

        extent.Store(first + c, a);
        if (TTerm.HasSecond)
            extent.Store(second + c, b);
    }

    // Four chains at once hide the latency of a sum.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void Four<TLanes, TTerm>(in TTerm term, long at, int c, int rows, int channels, float* first, float* second)
        where TLanes : struct, ILanes<TLanes>
        where TTerm : struct, IChannelTerm
    {
        TTerm local = term;
        int c1 = c + TLanes.Count, c2 = c1 + TLanes.Count, c3 = c2 + TLanes.Count;
        TLanes a0 = TLanes.Load(first + c), a1 = TLanes.Load(first + c1), a2 = TLanes.Load(first + c2), a3 = TLanes.Load(first + c3);
        TLanes b0 = TLanes.Zero, b1 = TLanes.Zero, b2 = TLanes.Zero, b3 = TLanes.Zero;
        if (TTerm.HasSecond)
        {
            b0 = TLanes.Load(second + c);
            b1 = TLanes.Load(second + c1);
            b2 = TLanes.Load(second + c2);
            b3 = TLanes.Load(second + c3);
        }

        for (int row = 0; row < rows; row++, at += channels)
        {
            local.Add(at, c, default(WholeExtent), ref a0, ref b0);
            local.Add(at + TLanes.Count, c1, default(WholeExtent), ref a1, ref b1);
            local.Add(at + 2 * TLanes.Count, c2, default(WholeExtent), ref a2, ref b2);
            local.Add(at + 3 * TLanes.Count, c3, default(WholeExtent), ref a3, ref b3);
        }

        a0.Store(first + c);
        a1.Store(first + c1);
        a2.Store(first + c2);
        a3.Store(first + c3);
        if (!TTerm.HasSecond) return;
        b0.Store(second + c);
        b1.Store(second + c1);
        b2.Store(second + c2);
        b3.Store(second + c3);
    }
}
