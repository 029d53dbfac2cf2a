using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>Channels are lanes; each window is reduced in registers.</summary>
sealed unsafe class MaxPool2dForwardVectorized(CpuDevice device) : IMaxPool2dForward
{
    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y) =>
        PoolForwardJob<Largest>.Run(device, PoolMap.Of(sizes, n), new Largest(x.Pointer, y.Pointer));

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
            // NaNs are tracked separately, so that one tap waits for nothing but the maximum, which ignores NaN, of the tap before.
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
sealed unsafe class MaxPool2dForwardArgmaxVectorized(CpuDevice device) : IMaxPool2dForwardArgmax
{
    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y, DeviceView argmax) => PoolForwardJob<LargestAndTap>.Run(
        device, PoolMap.Of(sizes, n), new LargestAndTap(x.Pointer, y.Pointer, new ArgmaxIndices(argmax, ArgmaxFormat.Of(sizes.Window))));

    /// <summary><c>y = max of the taps</c>, and which one; the last NaN wins.</summary>
    readonly struct LargestAndTap(float* x, float* y, ArgmaxIndices argmax) : IPoolOperator
    {
        readonly float* x = x;
        readonly float* y = y;
        readonly ArgmaxIndices argmax = argmax;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            // NaNs are tracked separately, so that one tap waits for nothing but the maximum, which ignores NaN, of the tap before.
            TLanes best = TLanes.Broadcast(float.NegativeInfinity), nan = TLanes.Zero;
            TLanes bestTap = TLanes.Zero, nanTap = TLanes.Zero, tapNumber = TLanes.Zero, one = TLanes.Broadcast(1);
            float* taps = x + window.Input + c;
            for (int row = 0; row < window.Rows; row++, taps += window.RowStep)
            {
                float* tap = taps;
                for (int column = 0; column < window.Columns; column++, tap += window.ColumnStep)
                {
                    TLanes value = extent.Load<TLanes>(tap), isNaN = TLanes.IsNaN(value);
                    bestTap = TLanes.Select(TLanes.GreaterThan(value, best), tapNumber, bestTap);
                    best = TLanes.Max(value, best);
                    nan = TLanes.Select(isNaN, value, nan);
                    nanTap = TLanes.Select(isNaN, tapNumber, nanTap);
                    tapNumber += one;
                }
            }

            TLanes anyNaN = TLanes.IsNaN(nan), largest = TLanes.Select(anyNaN, nan, best);
            TLanes positive = TLanes.GreaterThan(largest, TLanes.Zero) & TLanes.Broadcast(argmax.Positive);
            extent.Store(y + window.Output + c, largest);
            argmax.Store(window.Output + c, extent, TLanes.Select(anyNaN, nanTap, bestTap) + positive);
        }
    }
}

/// <summary>Per window, the gradient is added under the mask of the tap that was the maximum.</summary>
sealed unsafe class MaxPool2dBackwardVectorized(CpuDevice device) : IMaxPool2dBackward
{
    public void Run(
        DeviceStream stream, in PoolSizes sizes, int n, DeviceView argmax, DeviceView dy, DeviceView dx, bool mask, bool accumulate)
    {
        float* target = dx.Pointer;
        var scatter = new Scatter(new ArgmaxIndices(argmax, ArgmaxFormat.Of(sizes.Window)), dy.Pointer, target, mask);
        PoolBackwardJob<Scatter>.Run(device, PoolMap.Of(sizes, n), target, accumulate, scatter);
    }

    /// <summary><c>dx[argmax] += dy</c>, where the mask lets it pass.</summary>
    readonly struct Scatter(ArgmaxIndices argmax, float* dy, float* dx, bool mask) : IPoolOperator
    {
        readonly ArgmaxIndices argmax = argmax;
        readonly float* dy = dy;
        readonly float* dx = dx;
        readonly bool mask = mask;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes index = argmax.Load<TLanes, TExtent>(window.Output + c, extent), offset = TLanes.Broadcast(argmax.Positive);
            TLanes isPositive = TLanes.GreaterThanOrEqual(index, offset);
            TLanes maximum = TLanes.Select(isPositive, index - offset, mask ? TLanes.Broadcast(-1) : index);
            TLanes gradient = extent.Load<TLanes>(dy + window.Output + c), tapNumber = TLanes.Zero, one = TLanes.Broadcast(1);
            float* taps = dx + window.Input + c;
            for (int row = 0; row < window.Rows; row++, taps += window.RowStep)
            {
                float* tap = taps;
                for (int column = 0; column < window.Columns; column++, tap += window.ColumnStep)
                {
                    TLanes before = extent.Load<TLanes>(tap);
                    extent.Store(tap, TLanes.Select(TLanes.Equal(maximum, tapNumber), before + gradient, before));
                    tapNumber += one;
                }
            }
        }
    }
}

/// <summary>Argmax indices in memory, in the format of their window.</summary>
readonly unsafe struct ArgmaxIndices(DeviceView view, ArgmaxFormat format)
{
    readonly float* floats = view.Pointer;
    readonly bool isByte = format.IsByte != 0;

    /// <inheritdoc cref="ArgmaxFormat.Positive"/>
    public float Positive { get; } = format.Positive;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Load<TLanes, TExtent>(long at, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent =>
        isByte ? extent.LoadBytes<TLanes>((byte*)floats + at) : extent.Load<TLanes>(floats + at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TLanes, TExtent>(long at, TExtent extent, TLanes indices)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        if (isByte) extent.StoreBytes((byte*)floats + at, indices);
        else extent.Store(floats + at, indices);
    }
}
