using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

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
