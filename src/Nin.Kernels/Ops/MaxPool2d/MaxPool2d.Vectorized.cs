using System.Runtime.CompilerServices;

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
