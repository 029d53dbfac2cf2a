using System.Runtime.CompilerServices;
using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>Channels are lanes; each window is reduced in registers.</summary>
sealed unsafe class MaxPool2dForwardPicksVectorized(CpuDevice device) : IMaxPool2dForwardPicks
{
    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y, DeviceView picks) =>
        PoolForwardJob<LargestAndTap>.Run(device, sizes, n, new LargestAndTap(x.Pointer, y.Pointer, picks.Bytes));

    /// <summary><c>y = max of the taps</c>, and which one; the last NaN wins.</summary>
    readonly struct LargestAndTap(float* x, float* y, byte* picks) : IPoolOperator
    {
        readonly float* x = x;
        readonly float* y = y;
        readonly byte* picks = picks;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            // NaNs are kept apart, so that a maximum, which passes over them, is all that one tap waits for from the last.
            TLanes best = TLanes.Broadcast(float.NegativeInfinity), nan = TLanes.Zero;
            TLanes bestTap = TLanes.Zero, nanTap = TLanes.Zero, ordinal = TLanes.Zero, one = TLanes.Broadcast(1);
            float* taps = x + window.Input + c;
            for (int row = 0; row < window.Rows; row++, taps += window.RowStep)
            {
                float* tap = taps;
                for (int column = 0; column < window.Columns; column++, tap += window.ColumnStep)
                {
                    TLanes value = extent.Load<TLanes>(tap), isNaN = TLanes.IsNaN(value);
                    bestTap = TLanes.Select(TLanes.GreaterThan(value, best), ordinal, bestTap);
                    best = TLanes.Max(value, best);
                    nan = TLanes.Select(isNaN, value, nan);
                    nanTap = TLanes.Select(isNaN, ordinal, nanTap);
                    ordinal += one;
                }
            }

            TLanes anyNaN = TLanes.IsNaN(nan), largest = TLanes.Select(anyNaN, nan, best);
            TLanes positive = TLanes.GreaterThan(largest, TLanes.Zero) & TLanes.Broadcast(PoolPick.Positive);
            extent.Store(y + window.Output + c, largest);
            extent.StoreBytes(picks + window.Output + c, TLanes.Select(anyNaN, nanTap, bestTap) + positive);
        }
    }
}
