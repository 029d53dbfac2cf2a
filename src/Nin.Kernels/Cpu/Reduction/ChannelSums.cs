using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// Sums down the rows of <c>[rows, channels]</c>, per channel one accumulation in row order. Lanes are channels, so that no sum runs
/// across a register.
/// </summary>
static unsafe class ChannelSums
{
    // Rows are taken in blocks that stay in the first-level cache, should the channels take more than one pass.
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
        int whole = c1 - (c1 - c0) % TLanes.Count;
        int step = Math.Max(1, BlockLength / (c1 - c0));
        for (int row = 0; row < rows; row += step)
        {
            long at = (firstRow + row) * channels;
            int height = Math.Min(step, rows - row);
            if (whole - c0 > 2 * TLanes.Count)
                Rows<TLanes, TTerm>(term, at, c0, whole, height, channels, first, second);
            else if (c0 < whole)
                Block<TLanes, TTerm, WholeExtent>(term, at, c0, whole, default, height, channels, first, second);
            if (whole < c1)
                Block<TLanes, TTerm, PartExtent>(term, at, whole, c1, new PartExtent(c1 - whole), height, channels, first, second);
        }
    }

    // Register by register, the sums in registers: for few channels, whose sums would wait for their own stores.
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

    // Row by row, the sums in memory: what is summed is read as it lies, and a row is long enough that its sums are written before the next.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void Rows<TLanes, TTerm>(
        in TTerm term, long at, int c0, int c1, int rows, int channels, float* firstSums, float* secondSums)
        where TLanes : struct, ILanes<TLanes>
        where TTerm : struct, IChannelTerm
    {
        TTerm local = term;
        for (int row = 0; row < rows; row++, at += channels)
        {
            for (int c = c0; c < c1; c += TLanes.Count)
            {
                TLanes a = TLanes.Load(firstSums + c);
                TLanes b = TTerm.HasSecond ? TLanes.Load(secondSums + c) : TLanes.Zero;
                local.Add(at + c, c, default(WholeExtent), ref a, ref b);
                a.Store(firstSums + c);
                if (TTerm.HasSecond)
                    b.Store(secondSums + c);
            }
        }
    }
}

/// <summary>What an element adds to the sums of its channel: see <see cref="ChannelSums"/>.</summary>
interface IChannelTerm
{
    /// <summary>Whether there is a second sum.</summary>
    static abstract bool HasSecond { get; }

    /// <summary>Adds the terms of one register of elements to their sums.</summary>
    /// <param name="at">Index of the first element.</param>
    /// <param name="c">Its channel.</param>
    /// <param name="extent">How many elements.</param>
    /// <param name="first">The first sums.</param>
    /// <param name="second">The second sums.</param>
    void Add<TLanes, TExtent>(long at, int c, TExtent extent, ref TLanes first, ref TLanes second)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;
}

/// <summary>The element itself.</summary>
readonly unsafe struct PlainTerm(float* x) : IChannelTerm
{
    readonly float* x = x;

    public static bool HasSecond => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<TLanes, TExtent>(long at, int c, TExtent extent, ref TLanes first, ref TLanes second)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        first += extent.Load<TLanes>(x + at);
}
