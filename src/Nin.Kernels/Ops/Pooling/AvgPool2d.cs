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

/// <summary>One thread per block of an output pixel's channels.</summary>
sealed class AvgPool2dForwardPortable(AcceleratorDevice device) : IAvgPool2dForward
{
    readonly Action<DeviceStream, KernelConfig, PoolPixels, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PoolPixels, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, bool countIncludePad, int n, DeviceView x, DeviceView y)
    {
        bool isAligned = Float4.AreAligned(x, sizes.Channels) && Float4.AreAligned(y, sizes.Channels);
        int most = PoolPixels.MostExamples(sizes);
        for (int first = 0; first < n; first += most)
        {
            int count = Math.Min(most, n - first);
            var pixels = PoolPixels.Of(PoolMap.Of(sizes, count, countIncludePad), isAligned);
            launch(
                stream, device.Over(pixels.OutputItems), pixels, x.Slice(first * sizes.InputLength, count * sizes.InputLength).Array,
                y.Slice(first * sizes.OutputLength, count * sizes.OutputLength).Array);
        }
    }

    static void Kernel(PoolPixels pixels, ArrayView<float> x, ArrayView<float> y)
    {
        var map = pixels.Map;
        for (uint i = PortableThread.Index32; i < (uint)pixels.OutputItems; i += PortableThread.Stride32)
        {
            var at = pixels.OutputAt((int)i);
            int rows = map.Rows.Taps(at.Row), columns = map.Columns.Taps(at.Column);
            int line = pixels.Input(at.Example, map.Rows.First(at.Row), map.Columns.First(at.Column), at.Channel);
            Float4 sum = default;
            for (int row = 0; row < rows; row++, line += map.Columns.Size * map.Channels)
            {
                int index = line;
                for (int column = 0; column < columns; column++, index += map.Channels) sum = Float4.Add(sum, Float4.Load(x, index, pixels.Width));
            }

            Float4.Divide(sum, map.Area(at.Row, at.Column)).Store(y, pixels.Output(at.Example, at.Row, at.Column, at.Channel), pixels.Width);
        }
    }
}

/// <summary>One thread per block of an input pixel's channels, which gathers from the windows over it in row, then column order.</summary>
sealed class AvgPool2dBackwardPortable(AcceleratorDevice device) : IAvgPool2dBackward
{
    readonly Action<DeviceStream, KernelConfig, PoolPixels, int, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PoolPixels, int, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, bool countIncludePad, int n, DeviceView dy, DeviceView dx, bool accumulate)
    {
        bool isAligned = Float4.AreAligned(dy, sizes.Channels) && Float4.AreAligned(dx, sizes.Channels);
        int most = PoolPixels.MostExamples(sizes);
        for (int first = 0; first < n; first += most)
        {
            int count = Math.Min(most, n - first);
            var pixels = PoolPixels.Of(PoolMap.Of(sizes, count, countIncludePad), isAligned);
            launch(
                stream, device.Over(pixels.InputItems), pixels, accumulate ? 1 : 0,
                dy.Slice(first * sizes.OutputLength, count * sizes.OutputLength).Array, dx.Slice(first * sizes.InputLength, count * sizes.InputLength).Array);
        }
    }

    static void Kernel(PoolPixels pixels, int accumulate, ArrayView<float> dy, ArrayView<float> dx)
    {
        var map = pixels.Map;
        for (uint i = PortableThread.Index32; i < (uint)pixels.InputItems; i += PortableThread.Stride32)
        {
            var at = pixels.InputAt((int)i);
            int endRow = map.Rows.EndWindow(at.Row), firstColumn = map.Columns.FirstWindow(at.Column), endColumn = map.Columns.EndWindow(at.Column);
            Float4 sum = default;
            for (int wy = map.Rows.FirstWindow(at.Row); wy < endRow; wy++)
            {
                int output = pixels.Output(at.Example, wy, firstColumn, at.Channel);
                for (int wx = firstColumn; wx < endColumn; wx++, output += map.Channels)
                    sum = Float4.Add(sum, Float4.Divide(Float4.Load(dy, output, pixels.Width), map.Area(wy, wx)));
            }

            int input = pixels.Input(at.Example, at.Row, at.Column, at.Channel);
            if (accumulate != 0) sum = Float4.Add(Float4.Load(dx, input, pixels.Width), sum);
            sum.Store(dx, input, pixels.Width);
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
