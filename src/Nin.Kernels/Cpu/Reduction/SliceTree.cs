using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// Combines the sums of leaves as <see cref="ReductionTree"/> says: one by one on a carry stack, which holds as many sums as a binary counter has
/// digits, or all at once. A subtree starts at a multiple of its size, a power of two.
/// </summary>
static unsafe class SliceTree
{
    /// <summary>
    /// The most partial sums on the stack when leaves arrive one by one: as many as a binary counter has digits, and the new one.
    /// </summary>
    public static int Levels(int leaves) => BitOperations.Log2((uint)Math.Max(leaves, 1)) + 1;

    /// <summary>
    /// Closes partial sums after leaf number <paramref name="leaf"/> has arrived on top of the stack, as a counter carries. Returns
    /// the new height of the stack. After the last leaf, <paramref name="last"/>, everything is closed and the sum is at the bottom.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Close<TLanes>(float* stack, long length, int height, int leaf, bool last)
        where TLanes : struct, ILanes<TLanes>
    {
        int carries = last ? height - 1 : BitOperations.TrailingZeroCount(leaf + 1);
        for (int i = 0; i < carries; i++)
        {
            height--;
            Copying.Add<TLanes>(stack + height * length, stack + (height - 1) * length, length);
        }

        return height;
    }

    /// <summary>
    /// Adds up <paramref name="count"/> partial sums, <paramref name="step"/> floats apart, into the first, which holds <paramref
    /// name="length"/> floats.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum<TLanes>(float* partials, long step, int count, long length)
        where TLanes : struct, ILanes<TLanes>
    {
        for (int reach = 1; reach < count; reach *= 2)
        {
            for (int i = 0; i + reach < count; i += 2 * reach)
            {
                Copying.Add<TLanes>(partials + (i + reach) * step, partials + i * step, length);
            }
        }
    }
}

/// <summary>Adds up partial sums as the tree of <see cref="SliceTree"/> and stores the result. A piece is a run of elements.</summary>
unsafe struct PartialSum : ILanesJob
{
    const int PieceLength = 1 << 12;

    float* partials;
    long step;
    int count;
    float* sum;
    long length;
    bool accumulate;

    /// <param name="pool">Threads and width.</param>
    /// <param name="partials">The partial sums, overwritten.</param>
    /// <param name="step">Floats from one to the next.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="sum">Where the result goes.</param>
    /// <param name="length">Floats of the result.</param>
    /// <param name="accumulate">True to add to what <paramref name="sum"/> holds.</param>
    public static void Run(WorkerPool pool, float* partials, long step, int count, float* sum, long length, bool accumulate)
    {
        var job = new PartialSum { partials = partials, step = step, count = count, sum = sum, length = length, accumulate = accumulate };
        SimdWidth.Run(pool, Packing.CeilDivide(length, PieceLength), job);
    }

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        long from = (long)index * PieceLength;
        int part = (int)Math.Min(PieceLength, length - from);
        SliceTree.Sum<TLanes>(partials + from, step, count, part);
        if (accumulate)
        {
            Copying.Add<TLanes>(partials + from, sum + from, part);
        }
        else
        {
            Copying.Copy<TLanes>(partials + from, sum + from, part);
        }
    }
}
