using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// One thread an element of the input: it asks each window over it, in row and column order, whether it was picked. Windows that overlap
/// would need atomics the other way round, and their order is not fixed.
/// </summary>
sealed class MaxPool2dBackwardPortable(AcceleratorDevice device) : IMaxPool2dBackward
{
    readonly Action<KernelConfig, PoolMap, int, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Accelerator.LoadStreamKernel<PoolMap, int, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in PoolSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dx, bool accumulate) =>
        launch(device.Over(dx.Length), PoolMap.Of(sizes), accumulate ? 1 : 0, x.Array, dy.Array, dx.Array);

    static void Kernel(PoolMap map, int accumulate, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dx)
    {
        for (long i = PortableThread.Index; i < dx.Length; i += PortableThread.Stride)
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
                    if (MaxPool2dForwardPortable.Picked(map, x, first, wy, wx) == i)
                        sum += dy[((example * map.OutHeight + wy) * map.OutWidth + wx) * map.Channels + channel];
                }
            }

            dx[i] = accumulate != 0 ? dx[i] + sum : sum;
        }
    }
}
