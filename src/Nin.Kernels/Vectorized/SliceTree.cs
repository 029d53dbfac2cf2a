using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>
/// The fixed order in which sums over a batch are made: the batch is cut into slices of <see cref="Samples"/>, each slice is one
/// accumulation, and slices are added as a binary tree over their numbers, ((s0 + s1) + (s2 + s3)) + ... A subtree starts at a multiple
/// of its size, a power of two; where the right half of a node has no slices, the node is its left half.
/// </summary>
static unsafe class SliceTree
{
    /// <summary>Samples of one slice.</summary>
    public const int Samples = 8;

    /// <summary>Slices of a batch.</summary>
    public static int Slices(int batch) => (batch + Samples - 1) / Samples;

    /// <summary>
    /// Partial sums that are open at once when slices arrive one by one: as many as a binary counter has digits, and the new one.
    /// </summary>
    public static int Levels(int slices) => BitOperations.Log2((uint)Math.Max(slices, 1)) + 1;

    /// <summary>
    /// Closes partial sums after slice number <paramref name="slice"/> has arrived on top of the stack, as a counter carries. Returns
    /// the new height of the stack. After the last slice, <paramref name="last"/>, everything is closed and the sum is at the bottom.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Close<TLanes>(float* stack, long length, int height, int slice, bool last)
        where TLanes : struct, ILanes<TLanes>
    {
        int carries = last ? height - 1 : BitOperations.TrailingZeroCount(slice + 1);
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
