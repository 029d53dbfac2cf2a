using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>
/// Sums down the rows of <c>[rows, channels]</c>, per channel one accumulation in row order. Lanes are channels, so that no sum runs
/// across a register.
/// </summary>
static unsafe class ChannelSums
{
    // Rows are taken in blocks that stay in the first-level cache while the channels are gone through.
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
    public static void Compute<TLanes, TTerm>(
        in TTerm term, long firstRow, int rows, int channels, int c0, int c1, float* first, float* second)
        where TLanes : struct, ILanes<TLanes>
        where TTerm : struct, IChannelTerm
    {
        new Span<float>(first + c0, c1 - c0).Clear();
        if (TTerm.HasSecond)
            new Span<float>(second + c0, c1 - c0).Clear();
        int groups = c1 - (c1 - c0) % (4 * TLanes.Count);
        int whole = c1 - (c1 - c0) % TLanes.Count;
        int step = Math.Max(1, BlockLength / (c1 - c0));
        for (int row = 0; row < rows; row += step)
        {
            long at = (firstRow + row) * channels;
            int height = Math.Min(step, rows - row);
            for (int c = c0; c < groups; c += 4 * TLanes.Count)
            {
                Four<TLanes, TTerm>(term, at + c, c, height, channels, first + c, second + c);
            }

            if (groups < whole)
                Block<TLanes, TTerm, WholeExtent>(term, at, groups, whole, default, height, channels, first, second);
            if (whole < c1)
                Block<TLanes, TTerm, PartExtent>(term, at, whole, c1, new PartExtent(c1 - whole), height, channels, first, second);
        }
    }

    // Small, and not inlined: the JIT stops to inline where a method has too many locals.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void Block<TLanes, TTerm, TExtent>(
        in TTerm term, long first, int c0, int c1, TExtent extent, int rows, int channels, float* firstSums, float* secondSums)
        where TLanes : struct, ILanes<TLanes>
        where TTerm : struct, IChannelTerm
        where TExtent : struct, IExtent
    {
        TTerm local = term;
        for (int c = c0; c < c1; c += TLanes.Count)
        {
            TLanes a = extent.Load<TLanes>(firstSums + c);
            TLanes b = TTerm.HasSecond ? extent.Load<TLanes>(secondSums + c) : TLanes.Zero;
            long at = first + c;
            for (int row = 0; row < rows; row++, at += channels)
            {
                local.Add(at, c, extent, ref a, ref b);
            }

            extent.Store(firstSums + c, a);
            if (TTerm.HasSecond)
                extent.Store(secondSums + c, b);
        }
    }

    // Four registers of a row at a time: whole runs of cache lines, and four chains of sums that do not wait for each other.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void Four<TLanes, TTerm>(in TTerm term, long at, int c, int rows, int channels, float* first, float* second)
        where TLanes : struct, ILanes<TLanes>
        where TTerm : struct, IChannelTerm
    {
        TTerm local = term;
        int lanes = TLanes.Count;
        TLanes a0 = TLanes.Load(first), a1 = TLanes.Load(first + lanes), a2 = TLanes.Load(first + 2 * lanes), a3 = TLanes.Load(first + 3 * lanes);
        TLanes b0 = TLanes.Zero, b1 = TLanes.Zero, b2 = TLanes.Zero, b3 = TLanes.Zero;
        if (TTerm.HasSecond)
        {
            b0 = TLanes.Load(second);
            b1 = TLanes.Load(second + lanes);
            b2 = TLanes.Load(second + 2 * lanes);
            b3 = TLanes.Load(second + 3 * lanes);
        }

        for (int row = 0; row < rows; row++, at += channels)
        {
            local.Add(at, c, default(WholeExtent), ref a0, ref b0);
            local.Add(at + lanes, c + lanes, default(WholeExtent), ref a1, ref b1);
            local.Add(at + 2 * lanes, c + 2 * lanes, default(WholeExtent), ref a2, ref b2);
            local.Add(at + 3 * lanes, c + 3 * lanes, default(WholeExtent), ref a3, ref b3);
        }

        a0.Store(first);
        a1.Store(first + lanes);
        a2.Store(first + 2 * lanes);
        a3.Store(first + 3 * lanes);
        if (!TTerm.HasSecond) return;
        b0.Store(second);
        b1.Store(second + lanes);
        b2.Store(second + 2 * lanes);
        b3.Store(second + 3 * lanes);
    }
}
