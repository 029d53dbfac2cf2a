using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>Per window, the gradient is added under the mask of the picked tap.</summary>
sealed unsafe class MaxPool2dBackwardPicksVectorized(CpuDevice device) : IMaxPool2dBackwardPicks
{
    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView picks, DeviceView dy, DeviceView dx, bool mask, bool accumulate)
    {
        float* target = dx.Pointer;
        PoolBackwardJob<Scatter>.Run(device, sizes, n, target, accumulate, new Scatter(picks.Bytes, dy.Pointer, target, mask));
    }

    /// <summary><c>dx[picked] += dy</c>, where the mask lets it pass.</summary>
    readonly struct Scatter(byte* picks, float* dy, float* dx, bool mask) : IPoolOperator
    {
        readonly byte* picks = picks;
        readonly float* dy = dy;
        readonly float* dx = dx;
        readonly bool mask = mask;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes pick = extent.LoadBytes<TLanes>(picks + window.Output + c), offset = TLanes.Broadcast(PoolPick.Positive);
            TLanes positive = TLanes.GreaterThanOrEqual(pick, offset);
            TLanes tap = TLanes.Select(positive, pick - offset, mask ? TLanes.Broadcast(-1) : pick);
            PoolScatter.Add(window, c, extent, tap, extent.Load<TLanes>(dy + window.Output + c), dx);
        }
    }
}
