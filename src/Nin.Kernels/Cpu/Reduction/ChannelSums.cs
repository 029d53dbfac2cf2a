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

    // Channels whose sums of a block are kept on the stack.
    const int MostChannels = 512;

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
        int whole = c1 - (c1 - c0) % TLanes.Count;
        int step = Math.Max(1, StepLength / (c1 - c0) / BlockRows) * BlockRows;
        for (int row = 0; row < rows; row += step)
        {
            long at = (firstRow + row) * channels;
            int height = Math.Min(step, rows - row);
            if (whole - c0 > 2 * TLanes.Count)
            {
                for (int c = c0; c < whole; c += MostChannels)
                    RowByRow<TLanes, TTerm>(term, at, c, Math.Min(c + MostChannels, whole), height, channels, first, second);
            }
            else if (c0 < whole)
            {
                RegisterByRegister<TLanes, TTerm, WholeExtent>(term, at, c0, whole, default, height, channels, first, second);
            }

            if (whole < c1)
                RegisterByRegister<TLanes, TTerm, PartExtent>(term, at, whole, c1, new PartExtent(c1 - whole), height, channels, first, second);
        }
    }

    // The sums in registers: for few channels, whose sums would wait for their own stores.
    // Small, and not inlined: the JIT stops inlining where a method has too many locals.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void RegisterByRegister<TLanes, TTerm, TExtent>(
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
            for (int block = 0; block < rows; block += BlockRows)
            {
                TLanes blockA = TLanes.Zero, blockB = TLanes.Zero;
                for (int row = Math.Min(BlockRows, rows - block); row > 0; row--, at += channels)
                {
                    local.Add(at, c, extent, ref blockA, ref blockB);
                }

                a += blockA;
                b += blockB;
            }

            extent.Store(firstSums + c, a);
            if (TTerm.HasSecond)
                extent.Store(secondSums + c, b);
        }
    }

    // The sums in memory: what is summed is read in memory order, and a row is long enough that its sums are written before the next.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void RowByRow<TLanes, TTerm>(
        in TTerm term, long at, int c0, int c1, int rows, int channels, float* firstSums, float* secondSums)
        where TLanes : struct, ILanes<TLanes>
        where TTerm : struct, IChannelTerm
    {
        float* stack = stackalloc float[2 * MostChannels];
        float* firstBlock = stack - c0, secondBlock = stack + MostChannels - c0;
        TTerm local = term;
        for (int block = 0; block < rows; block += BlockRows)
        {
            new Span<float>(firstBlock + c0, c1 - c0).Clear();
            if (TTerm.HasSecond)
                new Span<float>(secondBlock + c0, c1 - c0).Clear();
            for (int row = Math.Min(BlockRows, rows - block); row > 0; row--, at += channels)
            {
                for (int c = c0; c < c1; c += TLanes.Count)
                {
                    TLanes a = TLanes.Load(firstBlock + c);
                    TLanes b = TTerm.HasSecond ? TLanes.Load(secondBlock + c) : TLanes.Zero;
                    local.Add(at + c, c, default(WholeExtent), ref a, ref b);
                    a.Store(firstBlock + c);
                    if (TTerm.HasSecond)
                        b.Store(secondBlock + c);
                }
            }

            Copying.Add<TLanes>(firstBlock + c0, firstSums + c0, c1 - c0);
            if (TTerm.HasSecond)
                Copying.Add<TLanes>(secondBlock + c0, secondSums + c0, c1 - c0);
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
