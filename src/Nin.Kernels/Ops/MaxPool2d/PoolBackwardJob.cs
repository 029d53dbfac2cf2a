using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nin.Vectorized;

namespace Nin.Ops;

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
