using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// The mean of each window, summed in row, then column order. It divides by the pixels in the image, or with padding counted (PyTorch's
/// <c>count_include_pad</c>), but never by what extends beyond the padding.
/// </summary>
interface IAvgPool2dForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example, without dilation.</param>
    /// <param name="countIncludePad">Whether padding counts, as zeros.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="y"><c>[n, outHeight, outWidth, channels]</c>, overwritten.</param>
    void Run(DeviceStream stream, in PoolSizes sizes, bool countIncludePad, int n, DeviceView x, DeviceView y);
}

/// <summary>Spreads each output's gradient evenly over its window, with the same divisor.</summary>
interface IAvgPool2dBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example, without dilation.</param>
    /// <param name="countIncludePad">Whether padding counts, as zeros.</param>
    /// <param name="n">Examples.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Gradient of the input.</param>
    /// <param name="accumulate">Adds to <paramref name="dx"/> instead of overwriting it.</param>
    void Run(DeviceStream stream, in PoolSizes sizes, bool countIncludePad, int n, DeviceView dy, DeviceView dx, bool accumulate);
}

/// <summary>One thread per element of the output.</summary>
sealed class AvgPool2dForwardPortable(AcceleratorDevice device) : IAvgPool2dForward
{
    readonly Action<DeviceStream, KernelConfig, PoolMap, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PoolMap, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, bool countIncludePad, int n, DeviceView x, DeviceView y) =>
        launch(stream, device.Over(n * sizes.OutputLength), PoolMap.Of(sizes, n, countIncludePad), x.Array, y.Array);

    static void Kernel(PoolMap map, ArrayView<float> x, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < map.OutputLength; i += PortableThread.Stride)
        {
            var at = map.OutputAt(i);
            int top = map.Rows.First(at.Row), left = map.Columns.First(at.Column);
            int bottom = top + map.Rows.Taps(at.Row), right = left + map.Columns.Taps(at.Column);
            float sum = 0;
            for (int row = top; row < bottom; row++)
            {
                for (int column = left; column < right; column++) sum += x[map.Input(at.Example, row, column, at.Channel)];
            }

            y[i] = sum / map.Area(at.Row, at.Column);
        }
    }
}

/// <summary>One thread per element of the input, which gathers from the windows over it in row, then column order.</summary>
sealed class AvgPool2dBackwardPortable(AcceleratorDevice device) : IAvgPool2dBackward
{
    readonly Action<DeviceStream, KernelConfig, PoolMap, int, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PoolMap, int, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, bool countIncludePad, int n, DeviceView dy, DeviceView dx, bool accumulate) =>
        launch(stream, device.Over(n * sizes.InputLength), PoolMap.Of(sizes, n, countIncludePad), accumulate ? 1 : 0, dy.Array, dx.Array);

    static void Kernel(PoolMap map, int accumulate, ArrayView<float> dy, ArrayView<float> dx)
    {
        for (long i = PortableThread.Index; i < map.InputLength; i += PortableThread.Stride)
        {
            var at = map.InputAt(i);
            float sum = 0;
            for (int wy = map.Rows.FirstWindow(at.Row); wy < map.Rows.EndWindow(at.Row); wy++)
            {
                for (int wx = map.Columns.FirstWindow(at.Column); wx < map.Columns.EndWindow(at.Column); wx++)
                    sum += dy[map.Output(at.Example, wy, wx, at.Channel)] / map.Area(wy, wx);
            }

            dx[i] = accumulate != 0 ? dx[i] + sum : sum;
        }
    }
}

/// <summary>Channels are lanes; each window is summed in registers.</summary>
sealed unsafe class AvgPool2dForwardVectorized(CpuDevice device) : IAvgPool2dForward
{
    public void Run(DeviceStream stream, in PoolSizes sizes, bool countIncludePad, int n, DeviceView x, DeviceView y) =>
        PoolForwardJob<Mean>.Run(device, PoolMap.Of(sizes, n, countIncludePad), new Mean(x.Pointer, y.Pointer));

    /// <summary><c>y = sum of the taps / area</c></summary>
    readonly struct Mean(float* x, float* y) : IPoolOperator
    {
        readonly float* x = x;
        readonly float* y = y;

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

            extent.Store(y + window.Output + c, sum / TLanes.Broadcast(window.Area));
        }
    }
}

/// <summary>Each output's share is added to all taps of its window.</summary>
sealed unsafe class AvgPool2dBackwardVectorized(CpuDevice device) : IAvgPool2dBackward
{
    public void Run(DeviceStream stream, in PoolSizes sizes, bool countIncludePad, int n, DeviceView dy, DeviceView dx, bool accumulate)
    {
        float* target = dx.Pointer;
        PoolBackwardJob<Spread>.Run(device, PoolMap.Of(sizes, n, countIncludePad), target, accumulate, new Spread(dy.Pointer, target));
    }

    /// <summary><c>dx[each tap] += dy / area</c></summary>
    readonly struct Spread(float* dy, float* dx) : IPoolOperator
    {
        readonly float* dy = dy;
        readonly float* dx = dx;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TLanes, TExtent>(in PoolWindow window, int c, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes share = extent.Load<TLanes>(dy + window.Output + c) / TLanes.Broadcast(window.Area);
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
