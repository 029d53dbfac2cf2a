using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>Channels are lanes; each window is reduced in registers.</summary>
sealed unsafe class MaxPool2dForwardVectorized(CpuDevice device) : IMaxPool2dForward
{
    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y) =>
        PoolForwardJob<Largest>.Run(device, sizes, n, new Largest(x.Pointer, y.Pointer));

    /// <summary><c>y = max of the taps</c>; NaN wins.</summary>
    readonly struct Largest(float* x, float* y) : IPoolOperator
    {
        readonly float* x = x;
        readonly float* y = y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            // NaNs are kept apart, so that a maximum, which passes over them, is all that one tap waits for from the last.
            TLanes best = TLanes.Broadcast(float.NegativeInfinity), nan = TLanes.Zero;
            float* taps = x + window.Input + c;
            for (int row = 0; row < window.Rows; row++, taps += window.RowStep)
            {
                float* tap = taps;
                for (int column = 0; column < window.Columns; column++, tap += window.ColumnStep)
                {
                    TLanes value = extent.Load<TLanes>(tap);
                    best = TLanes.Max(value, best);
                    nan = TLanes.Select(TLanes.IsNaN(value), value, nan);
                }
            }

            extent.Store(y + window.Output + c, TLanes.Select(TLanes.IsNaN(nan), nan, best));
        }
    }
}
