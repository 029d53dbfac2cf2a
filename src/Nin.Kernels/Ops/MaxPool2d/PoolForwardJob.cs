using Nin.Vectorized;

namespace Nin.Ops;

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
