using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread per element of the output.</summary>
sealed class MaxPool2dForwardPortable(AcceleratorDevice device) : IMaxPool2dForward
{
    readonly Action<DeviceStream, KernelConfig, PoolMap, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PoolMap, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y) =>
        launch(stream, device.Over(n * sizes.OutputLength), PoolMap.Of(sizes, n), x.Array, y.Array);

    static void Kernel(PoolMap map, ArrayView<float> x, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < map.OutputLength; i += PortableThread.Stride) y[i] = Maximum(map, x, i).Value;
    }

    /// <summary>The maximum of the window of an output element, with the number of its tap; -infinity and 0 where it has none.</summary>
    public static (float Value, int Tap) Maximum(PoolMap map, ArrayView<float> x, long output)
    {
        var at = map.OutputAt(output);
        int rows = map.Rows.Taps(at.Row), columns = map.Columns.Taps(at.Column);
        int row = map.Rows.First(at.Row), left = map.Columns.First(at.Column);
        float max = float.NegativeInfinity;
        int argmax = 0, tap = 0;
        for (int r = 0; r < rows; r++, row += map.Rows.Dilation)
        {
            int column = left;
            for (int c = 0; c < columns; c++, column += map.Columns.Dilation, tap++)
            {
                float value = x[map.Input(at.Example, row, column, at.Channel)];
                if (value > max || float.IsNaN(value))
                {
                    max = value;
                    argmax = tap;
                }
            }
        }

        return (max, argmax);
    }
}

/// <summary>One thread per element of the output.</summary>
sealed class MaxPool2dForwardArgmaxPortable(AcceleratorDevice device) : IMaxPool2dForwardArgmax
{
    readonly Action<DeviceStream, KernelConfig, PoolMap, ArgmaxFormat, ArrayView<float>, ArrayView<float>, ArrayView<byte>, ArrayView<float>> launch =
        device.Load<PoolMap, ArgmaxFormat, ArrayView<float>, ArrayView<float>, ArrayView<byte>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView y, DeviceView argmax) => launch(
        stream, device.Over(n * sizes.OutputLength), PoolMap.Of(sizes, n), ArgmaxFormat.Of(sizes.Window), x.Array, y.Array, argmax.ByteArray,
        argmax.Array);

    static void Kernel(PoolMap map, ArgmaxFormat format, ArrayView<float> x, ArrayView<float> y, ArrayView<byte> bytes, ArrayView<float> floats)
    {
        for (long i = PortableThread.Index; i < map.OutputLength; i += PortableThread.Stride)
        {
            (float value, int tap) = MaxPool2dForwardPortable.Maximum(map, x, i);
            y[i] = value;
            // NaN is tested explicitly: in OpenCL, ILGPU 1.5.3 treats it as ordered wherever C# branches on a comparison that failed.
            bool positive = !float.IsNaN(value) && value > 0;
            int index = positive ? tap + format.Positive : tap;
            if (format.IsByte != 0) bytes[i] = (byte)index;
            else floats[i] = index;
        }
    }
}

/// <summary>
/// One thread per element of the input: it checks for each window over it, in row and column order, whether it was the maximum. Windows that
/// overlap would need atomics the other way round, and their order is not fixed.
/// </summary>
sealed class MaxPool2dBackwardPortable(AcceleratorDevice device) : IMaxPool2dBackward
{
    readonly Action<DeviceStream, KernelConfig, PoolMap, ArgmaxFormat, int, int, ArrayView<byte>, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PoolMap, ArgmaxFormat, int, int, ArrayView<byte>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(
        DeviceStream stream, in PoolSizes sizes, int n, DeviceView argmax, DeviceView dy, DeviceView dx, bool mask, bool accumulate)
    {
        var format = ArgmaxFormat.Of(sizes.Window);
        launch(
            stream, device.Over(n * sizes.InputLength), PoolMap.Of(sizes, n), format, mask ? format.Positive : 0, accumulate ? 1 : 0,
            argmax.ByteArray, argmax.Array, dy.Array, dx.Array);
    }

    /// <param name="map">The pooling.</param>
    /// <param name="format">Which of the next two views holds the indices.</param>
    /// <param name="least">The least index that passes the mask.</param>
    /// <param name="accumulate">1 to add.</param>
    /// <param name="bytes"><c>[n, outHeight, outWidth, channels]</c>.</param>
    /// <param name="floats">The same.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, channels]</c>.</param>
    /// <param name="dx"><c>[n, height, width, channels]</c>.</param>
    static void Kernel(
        PoolMap map, ArgmaxFormat format, int least, int accumulate, ArrayView<byte> bytes, ArrayView<float> floats, ArrayView<float> dy,
        ArrayView<float> dx)
    {
        for (long i = PortableThread.Index; i < map.InputLength; i += PortableThread.Stride)
        {
            var at = map.InputAt(i);
            float sum = 0;
            for (int wy = map.Rows.FirstWindow(at.Row); wy < map.Rows.EndWindow(at.Row); wy++)
            {
                for (int wx = map.Columns.FirstWindow(at.Column); wx < map.Columns.EndWindow(at.Column); wx++)
                {
                    long output = map.Output(at.Example, wy, wx, at.Channel);
                    int index;
                    if (format.IsByte != 0) index = bytes[output];
                    else index = (int)floats[output];
                    int tap = map.Rows.TapAt(wy, at.Row) * map.Columns.Taps(wx) + map.Columns.TapAt(wx, at.Column);
                    bool reads = map.Rows.Reads(wy, at.Row) && map.Columns.Reads(wx, at.Column);
                    if (reads && index >= least && index % format.Positive == tap) sum += dy[output];
                }
            }

            dx[i] = accumulate != 0 ? dx[i] + sum : sum;
        }
    }
}
