using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// Sums down the rows of <c>[rows, channels]</c>: per channel each block of <see cref="BlockRows"/> rows is one float32 accumulation, and the blocks
/// are added in order. One accumulation of thousands of rows would add small terms to a large sum, and lose their low digits. Lanes are channels, so
/// that no sum runs across a register.
/// </summary>
static unsafe class ChannelSums
{
    /// <summary>Rows of one accumulation. The result's bits depend on this number, so it is fixed.</summary>
    public const int BlockRows = 64;

    // Rows are taken in steps that stay in the first-level cache if the channels take more than one pass; a step is whole blocks, and
    // between steps the sums are kept in memory, so that no result depends on their size.
    const int StepLength = 4 * 1024;

    /// <summary>Sums the channels <paramref name="c0"/> to <paramref name="c1"/> - 1.</summary>
    /// <param name="term">What is summed.</param>
    /// <param name="firstRow">First row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="channels">Elements from a row to the next.</param>
    /// <param name="c0">First channel.</param>
    /// <param name="c1">The channel after the last one.</param>
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
        int whole = c1 - (c1 - c0) % TLanes.Count, fours = whole - (whole - c0) % (4 * TLanes.Count), twos = whole - (whole - c0) % (2 * TLanes.Count);
        int step = Math.Max(1, StepLength / (c1 - c0) / BlockRows) * BlockRows;
        for (int row = 0; row < rows; row += step)
        {
            long at = (firstRow + row) * channels;
            int height = Math.Min(step, rows - row);
            Sum<TLanes, TTerm, FourRegisters, WholeExtent>(term, at, c0, fours, default, height, channels, first, second);
            Sum<TLanes, TTerm, TwoRegisters, WholeExtent>(term, at, fours, twos, default, height, channels, first, second);
            Sum<TLanes, TTerm, OneRegister, WholeExtent>(term, at, twos, whole, default, height, channels, first, second);
            if (whole < c1)
                Sum<TLanes, TTerm, OneRegister, PartExtent>(term, at, whole, c1, new PartExtent(c1 - whole), height, channels, first, second);
        }
    }

    // The sums of some registers of channels at a time, in registers: sums in memory would wait for their own stores.
    // Small, and not inlined: the JIT stops inlining where a method has too many locals.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void Sum<TLanes, TTerm, TRegisters, TExtent>(
        in TTerm term, long first, int c0, int c1, TExtent extent, int rows, int channels, float* firstSums, float* secondSums)
        where TLanes : struct, ILanes<TLanes>
        where TTerm : struct, IChannelTerm
        where TRegisters : struct, IRegisters
        where TExtent : struct, IExtent
    {
        TTerm local = term;
        nint ahead = (nint)BlockRows * channels;
        for (int c = c0; c < c1; c += TRegisters.Count * TLanes.Count)
        {
            long at = first + c;
            for (int block = 0; block < rows; block += BlockRows)
            {
                TLanes a0 = TLanes.Zero, a1 = TLanes.Zero, a2 = TLanes.Zero, a3 = TLanes.Zero;
                TLanes b0 = TLanes.Zero, b1 = TLanes.Zero, b2 = TLanes.Zero, b3 = TLanes.Zero;
                for (int row = Math.Min(BlockRows, rows - block); row > 0; row--, at += channels)
                {
                    local.Prefetch(at + ahead);
                    if (TRegisters.Count > 1) local.Prefetch(at + ahead + TLanes.Count);
                    if (TRegisters.Count > 2) local.Prefetch(at + ahead + 2 * TLanes.Count);
                    if (TRegisters.Count > 2) local.Prefetch(at + ahead + 3 * TLanes.Count);
                    local.Add(at, c, extent, ref a0, ref b0);
                    if (TRegisters.Count > 1) local.Add(at + TLanes.Count, c + TLanes.Count, extent, ref a1, ref b1);
                    if (TRegisters.Count <= 2) continue;
                    local.Add(at + 2 * TLanes.Count, c + 2 * TLanes.Count, extent, ref a2, ref b2);
                    local.Add(at + 3 * TLanes.Count, c + 3 * TLanes.Count, extent, ref a3, ref b3);
                }

                Add<TLanes, TRegisters, TExtent>(firstSums + c, extent, a0, a1, a2, a3);
                if (TTerm.HasSecond)
                    Add<TLanes, TRegisters, TExtent>(secondSums + c, extent, b0, b1, b2, b3);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add<TLanes, TRegisters, TExtent>(float* sums, TExtent extent, TLanes s0, TLanes s1, TLanes s2, TLanes s3)
        where TLanes : struct, ILanes<TLanes>
        where TRegisters : struct, IRegisters
        where TExtent : struct, IExtent
    {
        extent.Store(sums, extent.Load<TLanes>(sums) + s0);
        if (TRegisters.Count > 1) extent.Store(sums + TLanes.Count, extent.Load<TLanes>(sums + TLanes.Count) + s1);
        if (TRegisters.Count <= 2) return;
        extent.Store(sums + 2 * TLanes.Count, extent.Load<TLanes>(sums + 2 * TLanes.Count) + s2);
        extent.Store(sums + 3 * TLanes.Count, extent.Load<TLanes>(sums + 3 * TLanes.Count) + s3);
    }

    /// <summary>Registers of channels whose sums are computed side by side.</summary>
    interface IRegisters
    {
        static abstract int Count { get; }
    }

    readonly struct OneRegister : IRegisters
    {
        public static int Count => 1;
    }

    readonly struct TwoRegisters : IRegisters
    {
        public static int Count => 2;
    }

    readonly struct FourRegisters : IRegisters
    {
        public static int Count => 4;
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

    /// <summary>Asks for the cache lines of an element, which may be after the last one.</summary>
    void Prefetch(long at);
}

/// <summary>The element itself.</summary>
readonly unsafe struct PlainTerm(float* x) : IChannelTerm
{
    readonly float* x = x;

    public static bool HasSecond => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(long at) => ReadAhead.Line(x + at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<TLanes, TExtent>(long at, int c, TExtent extent, ref TLanes first, ref TLanes second)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        first += extent.Load<TLanes>(x + at);
}
