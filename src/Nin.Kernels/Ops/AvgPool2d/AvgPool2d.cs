using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>The mean of each window; padding counts as zeros (PyTorch's <c>count_include_pad</c>).</summary>
interface IAvgPool2dForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="y"><c>[n, outHeight, outWidth, channels]</c>, overwritten.</param>
    void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y);
}

/// <summary>Spreads each output's gradient evenly over its window.</summary>
interface IAvgPool2dBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Gradient of the input.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/>.</param>
    void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView dy, DeviceView dx, bool accumulate);
}

/// <summary>One thread an element of the output.</summary>
sealed class AvgPool2dForwardPortable(AcceleratorDevice device) : IAvgPool2dForward
{
    readonly Action<DeviceStream, KernelConfig, PoolMap, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PoolMap, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y) =>
        launch(stream, device.Over(n * sizes.OutputLength), PoolMap.Of(sizes, n), x.Array, y.Array);

    static void Kernel(PoolMap map, ArrayView<float> x, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < map.OutputLength; i += PortableThread.Stride)
        {
            long pixel = i / map.Channels;
            int channel = (int)(i - pixel * map.Channels);
            long line = pixel / map.OutWidth;
            long example = line / map.OutHeight;
            int windowRow = (int)(line - example * map.OutHeight), windowColumn = (int)(pixel - line * map.OutWidth);
            float sum = 0;
            for (int row = map.First(windowRow); row < map.End(windowRow, map.Height); row += map.Dilation)
            {
                for (int column = map.First(windowColumn); column < map.End(windowColumn, map.Width); column += map.Dilation)
                    sum += x[((example * map.Height + row) * map.Width + column) * map.Channels + channel];
            }

            y[i] = sum / (map.Kernel * map.Kernel);
        }
    }
}

/// <summary>One thread an element of the input, which gathers from the windows over it in row, then column order.</summary>
sealed class AvgPool2dBackwardPortable(AcceleratorDevice device) : IAvgPool2dBackward
{
    readonly Action<DeviceStream, KernelConfig, PoolMap, int, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PoolMap, int, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView dy, DeviceView dx, bool accumulate) =>
        launch(stream, device.Over(n * sizes.InputLength), PoolMap.Of(sizes, n), accumulate ? 1 : 0, dy.Array, dx.Array);

    static void Kernel(PoolMap map, int accumulate, ArrayView<float> dy, ArrayView<float> dx)
    {
        for (long i = PortableThread.Index; i < map.InputLength; i += PortableThread.Stride)
        {
            long pixel = i / map.Channels;
            int channel = (int)(i - pixel * map.Channels);
            long line = pixel / map.Width;
            long example = line / map.Height;
            int row = (int)(line - example * map.Height), column = (int)(pixel - line * map.Width);
            float sum = 0;
            for (int wy = map.FirstWindow(row); wy < map.EndWindow(row, map.OutHeight); wy++)
            {
                for (int wx = map.FirstWindow(column); wx < map.EndWindow(column, map.OutWidth); wx++)
                {
                    if (map.Reads(wy, row) && map.Reads(wx, column))
                        sum += dy[((example * map.OutHeight + wy) * map.OutWidth + wx) * map.Channels + channel];
                }
            }

            sum /= map.Kernel * map.Kernel;
            dx[i] = accumulate != 0 ? dx[i] + sum : sum;
        }
    }
}

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
