using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>The sizes of a pooling as its kernels read them, with the output's worked out.</summary>
/// <param name="Channels">Channels.</param>
/// <param name="Height">Input rows.</param>
/// <param name="Width">Input columns.</param>
/// <param name="OutHeight">Output rows.</param>
/// <param name="OutWidth">Output columns.</param>
/// <param name="Kernel">Side of the window.</param>
/// <param name="Stride">Distance between two windows.</param>
/// <param name="Padding">Rows and columns around the input.</param>
/// <param name="Dilation">Distance between taps.</param>
/// <param name="Examples">Examples of the batch.</param>
readonly record struct PoolMap(
    int Channels, int Height, int Width, int OutHeight, int OutWidth, int Kernel, int Stride, int Padding, int Dilation, int Examples)
{
    public static PoolMap Of(in PoolSizes s, int n) =>
        new(s.Channels, s.Height, s.Width, s.OutHeight, s.OutWidth, s.Kernel, s.Stride, s.Padding, s.Dilation, n);

    /// <summary>Elements of the batch's input: views may be longer.</summary>
    public long InputLength => (long)Examples * Height * Width * Channels;

    /// <summary>Elements of the batch's output.</summary>
    public long OutputLength => (long)Examples * OutHeight * OutWidth * Channels;

    /// <summary>The first input row (or column) of a window that is not padding.</summary>
    public int First(int window)
    {
        int start = window * Stride - Padding;
        return start >= 0 ? start : start + (Dilation - 1 - start) / Dilation * Dilation;
    }

    /// <summary>One behind the last input row (or column) of a window, cut at the border.</summary>
    public int End(int window, int size)
    {
        int end = window * Stride - Padding + Dilation * (Kernel - 1) + 1;
        return end < size ? end : size;
    }

    /// <summary>The first window that may read an input row (or column).</summary>
    public int FirstWindow(int place)
    {
        int before = place + Padding - Dilation * (Kernel - 1);
        return before <= 0 ? 0 : (before + Stride - 1) / Stride;
    }

    /// <summary>One behind the last window that may read an input row (or column).</summary>
    public int EndWindow(int place, int windows)
    {
        int end = (place + Padding) / Stride + 1;
        return end < windows ? end : windows;
    }

    /// <summary>The number of a tap, which falls on an input row and column, among those of its window inside the input.</summary>
    public int Tap(int windowRow, int windowColumn, int row, int column)
    {
        int left = First(windowColumn);
        int columns = (End(windowColumn, Width) - left + Dilation - 1) / Dilation;
        return (row - First(windowRow)) / Dilation * columns + (column - left) / Dilation;
    }

    /// <summary>Whether a tap of a window that covers an input row (or column) falls on it.</summary>
    public bool Reads(int window, int place) => (place + Padding - window * Stride) % Dilation == 0;
}

/// <summary>One thread an element of the output.</summary>
sealed class MaxPool2dForwardPortable(AcceleratorDevice device) : IMaxPool2dForward
{
    readonly Action<DeviceStream, KernelConfig, PoolMap, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PoolMap, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y) =>
        launch(stream, device.Over(n * sizes.OutputLength), PoolMap.Of(sizes, n), x.Array, y.Array);

    static void Kernel(PoolMap map, ArrayView<float> x, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < map.OutputLength; i += PortableThread.Stride) y[i] = x[Picked(map, x, i).At];
    }

    /// <summary>What the window of an output element picks.</summary>
    public static PoolPick Picked(PoolMap map, ArrayView<float> x, long output)
    {
        long pixel = output / map.Channels;
        int channel = (int)(output - pixel * map.Channels);
        long line = pixel / map.OutWidth;
        long example = line / map.OutHeight;
        long first = example * map.Height * map.Width * map.Channels + channel;
        int windowRow = (int)(line - example * map.OutHeight), windowColumn = (int)(pixel - line * map.OutWidth);
        int top = map.First(windowRow), bottom = map.End(windowRow, map.Height);
        int left = map.First(windowColumn), right = map.End(windowColumn, map.Width);
        long picked = first + ((long)top * map.Width + left) * map.Channels;
        float max = x[picked];
        int tap = 0, ordinal = 0;
        for (int row = top; row < bottom; row += map.Dilation)
        {
            for (int column = left; column < right; column += map.Dilation, ordinal++)
            {
                long at = first + ((long)row * map.Width + column) * map.Channels;
                float value = x[at];
                if (value > max || float.IsNaN(value))
                {
                    max = value;
                    picked = at;
                    tap = ordinal;
                }
            }
        }

        return new PoolPick(picked, tap);
    }
}

/// <summary>One thread an element of the output.</summary>
sealed class MaxPool2dForwardPicksPortable(AcceleratorDevice device) : IMaxPool2dForwardPicks
{
    readonly Action<DeviceStream, KernelConfig, PoolMap, ArrayView<float>, ArrayView<float>, ArrayView<byte>> launch =
        device.Load<PoolMap, ArrayView<float>, ArrayView<float>, ArrayView<byte>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y, DeviceView picks) =>
        launch(stream, device.Over(n * sizes.OutputLength), PoolMap.Of(sizes, n), x.Array, y.Array, picks.ByteArray);

    static void Kernel(PoolMap map, ArrayView<float> x, ArrayView<float> y, ArrayView<byte> picks)
    {
        for (long i = PortableThread.Index; i < map.OutputLength; i += PortableThread.Stride)
        {
            PoolPick pick = MaxPool2dForwardPortable.Picked(map, x, i);
            float value = x[pick.At];
            y[i] = value;
            // NaN is asked for by name: ILGPU 1.5.3 takes it for ordered in OpenCL wherever C# branches on a comparison that failed.
            bool positive = !float.IsNaN(value) && value > 0;
            picks[i] = (byte)(positive ? pick.Tap + PoolPick.Positive : pick.Tap);
        }
    }
}

/// <summary>
/// One thread an element of the input: it asks each window over it, in row and column order, whether it was picked. Windows that overlap
/// would need atomics the other way round, and their order is not fixed.
/// </summary>
sealed class MaxPool2dBackwardPortable(AcceleratorDevice device) : IMaxPool2dBackward
{
    readonly Action<DeviceStream, KernelConfig, PoolMap, int, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PoolMap, int, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dx, bool accumulate) =>
        launch(stream, device.Over(n * sizes.InputLength), PoolMap.Of(sizes, n), accumulate ? 1 : 0, x.Array, dy.Array, dx.Array);

    static void Kernel(PoolMap map, int accumulate, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dx)
    {
        for (long i = PortableThread.Index; i < map.InputLength; i += PortableThread.Stride)
        {
            long pixel = i / map.Channels;
            int channel = (int)(i - pixel * map.Channels);
            long line = pixel / map.Width;
            long example = line / map.Height;
            int row = (int)(line - example * map.Height), column = (int)(pixel - line * map.Width);
            long first = example * map.Height * map.Width * map.Channels + channel;
            float sum = 0;
            for (int wy = map.FirstWindow(row); wy < map.EndWindow(row, map.OutHeight); wy++)
            {
                for (int wx = map.FirstWindow(column); wx < map.EndWindow(column, map.OutWidth); wx++)
                {
                    if (IsPicked(map, x, first, wy, wx, i))
                        sum += dy[((example * map.OutHeight + wy) * map.OutWidth + wx) * map.Channels + channel];
                }
            }

            dx[i] = accumulate != 0 ? dx[i] + sum : sum;
        }
    }

    /// <summary>
    /// Whether a window picks an element that it covers. The forward pass's search would say so, too, but this one ends at the first
    /// element that wins against it: one before it that is as large, one behind it that is larger, or a later NaN.
    /// </summary>
    static bool IsPicked(PoolMap map, ArrayView<float> x, long first, int windowRow, int windowColumn, long candidate)
    {
        float value = x[candidate];
        bool isNaN = float.IsNaN(value);
        int left = map.First(windowColumn);
        int bottom = map.End(windowRow, map.Height), right = map.End(windowColumn, map.Width);
        bool covers = false;
        for (int row = map.First(windowRow); row < bottom; row += map.Dilation)
        {
            for (int column = left; column < right; column += map.Dilation)
            {
                long at = first + ((long)row * map.Width + column) * map.Channels;
                float other = x[at];
                if (at == candidate) covers = true;
                else if (float.IsNaN(other) ? at > candidate || !isNaN : !isNaN && Wins(other, value, at < candidate)) return false;
            }
        }

        return covers;
    }

    // Both are numbers here: ILGPU 1.5.3 takes NaN for ordered in OpenCL wherever C# branches on a comparison that failed.
    static bool Wins(float other, float value, bool comesFirst) => comesFirst ? other >= value : other > value;
}

/// <summary>One thread an element of the input: it asks each window over it, in row and column order, whether it was picked.</summary>
sealed class MaxPool2dBackwardPicksPortable(AcceleratorDevice device) : IMaxPool2dBackwardPicks
{
    readonly Action<DeviceStream, KernelConfig, PoolMap, int, int, ArrayView<byte>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PoolMap, int, int, ArrayView<byte>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(
        DeviceStream stream, in PoolSizes sizes, int n, DeviceView picks, DeviceView dy, DeviceView dx, bool mask, bool accumulate) =>
        launch(
            stream, device.Over(n * sizes.InputLength), PoolMap.Of(sizes, n), mask ? PoolPick.Positive : 0, accumulate ? 1 : 0, picks.ByteArray, dy.Array,
            dx.Array);

    /// <param name="map">The pooling.</param>
    /// <param name="least">The least pick that passes.</param>
    /// <param name="accumulate">Whether to add.</param>
    /// <param name="picks"><c>[n, outHeight, outWidth, channels]</c>.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, channels]</c>.</param>
    /// <param name="dx"><c>[n, height, width, channels]</c>.</param>
    static void Kernel(PoolMap map, int least, int accumulate, ArrayView<byte> picks, ArrayView<float> dy, ArrayView<float> dx)
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
                    long output = ((example * map.OutHeight + wy) * map.OutWidth + wx) * map.Channels + channel;
                    int pick = picks[output];
                    bool reads = map.Reads(wy, row) && map.Reads(wx, column);
                    if (reads && pick >= least && pick % PoolPick.Positive == map.Tap(wy, wx, row, column)) sum += dy[output];
                }
            }

            dx[i] = accumulate != 0 ? dx[i] + sum : sum;
        }
    }
}
