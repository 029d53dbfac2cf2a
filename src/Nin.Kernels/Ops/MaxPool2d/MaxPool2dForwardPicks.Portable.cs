using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

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
