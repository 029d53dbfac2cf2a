using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>Channels are lanes; each window is summed in registers.</summary>
sealed unsafe class AvgPool2dForwardVectorized(CpuDevice device) : IAvgPool2dForward
{
    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y) =>
        PoolForwardJob<Mean>.Run(device, sizes, n, new Mean(x.Pointer, y.Pointer, (float)sizes.Kernel * sizes.Kernel));

    /// <summary><c>y = sum of the taps / area</c></summary>
    readonly struct Mean(float* x, float* y, float area) : IPoolOperator
    {
        readonly float* x = x;
        readonly float* y = y;
        readonly float area = area;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes sum = TLanes.Zero;
            float* taps = x + window.Input + c;
            for (int row = 0; row < window.Rows; row++, taps += window.RowStep)
            {
                float* tap = taps;
                for (int column = 0; column < window.Columns; column++, tap += window.ColumnStep)
                {
                    sum += extent.Load<TLanes>(tap);
                }
            }

            extent.Store(y + window.Output + c, sum / TLanes.Broadcast(area));
        }
    }
}
