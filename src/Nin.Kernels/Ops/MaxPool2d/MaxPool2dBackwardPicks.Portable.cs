using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

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
