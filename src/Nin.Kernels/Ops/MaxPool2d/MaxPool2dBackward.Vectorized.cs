using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>Per window, the picked tap of each channel is found again; the gradient is then added under that mask.</summary>
sealed unsafe class MaxPool2dBackwardVectorized(CpuDevice device) : IMaxPool2dBackward
{
    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dx, bool accumulate)
    {
        float* target = dx.Pointer;
        PoolBackwardJob<Scatter>.Run(device, sizes, n, target, accumulate, new Scatter(x.Pointer, dy.Pointer, target));
    }

    /// <summary><c>dx[picked] += dy</c></summary>
    readonly struct Scatter(float* x, float* dy, float* dx) : IPoolOperator
    {
        readonly float* x = x;
        readonly float* dy = dy;
        readonly float* dx = dx;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes picked = Picked<TLanes, TExtent>(window, c, extent);
            PoolScatter.Add(window, c, extent, picked, extent.Load<TLanes>(dy + window.Output + c), dx);
        }

        // The ordinal of the picked tap, from 0: the last NaN, else the first maximum, which is tap 0 where all are negative infinity.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        TLanes Picked<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes best = TLanes.Broadcast(float.NegativeInfinity);
            TLanes largest = TLanes.Zero, nan = TLanes.Broadcast(-1), ordinal = TLanes.Zero, one = TLanes.Broadcast(1);
            float* taps = x + window.Input + c;
            for (int row = 0; row < window.Rows; row++, taps += window.RowStep)
            {
                float* tap = taps;
                for (int column = 0; column < window.Columns; column++, tap += window.ColumnStep)
                {
                    TLanes value = extent.Load<TLanes>(tap);
                    largest = TLanes.Select(TLanes.GreaterThan(value, best), ordinal, largest);
                    best = TLanes.Max(value, best);
                    nan = TLanes.Select(TLanes.IsNaN(value), ordinal, nan);
                    ordinal += one;
                }
            }

            return TLanes.Select(TLanes.GreaterThanOrEqual(nan, TLanes.Zero), nan, largest);
        }
    }
}
