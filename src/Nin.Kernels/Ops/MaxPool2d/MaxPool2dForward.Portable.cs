using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

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
