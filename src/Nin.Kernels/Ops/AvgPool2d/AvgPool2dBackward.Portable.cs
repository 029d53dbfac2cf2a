using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

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
