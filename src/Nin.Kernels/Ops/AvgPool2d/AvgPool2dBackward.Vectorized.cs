using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>Each output's share is added to all taps of its window.</summary>
sealed unsafe class AvgPool2dBackwardVectorized(CpuDevice device) : IAvgPool2dBackward
{
    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView dy, DeviceView dx, bool accumulate)
    {
        float* target = dx.Pointer;
        var spread = new Spread(dy.Pointer, target, (float)sizes.Kernel * sizes.Kernel);
        PoolBackwardJob<Spread>.Run(device, sizes, n, target, accumulate, spread);
    }

    /// <summary><c>dx[each tap] += dy / area</c></summary>
    readonly struct Spread(float* dy, float* dx, float area) : IPoolOperator
    {
        readonly float* dy = dy;
        readonly float* dx = dx;
        readonly float area = area;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes share = extent.Load<TLanes>(dy + window.Output + c) / TLanes.Broadcast(area);
            float* taps = dx + window.Input + c;
            for (int row = 0; row < window.Rows; row++, taps += window.RowStep)
            {
                float* tap = taps;
                for (int column = 0; column < window.Columns; column++, tap += window.ColumnStep)
                {
                    extent.Store(tap, extent.Load<TLanes>(tap) + share);
                }
            }
        }
    }
}
