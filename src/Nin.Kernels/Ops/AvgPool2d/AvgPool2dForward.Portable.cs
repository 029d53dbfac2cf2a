using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

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
