using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread an element.</summary>
sealed class ReluBackwardPortable(AcceleratorDevice device) : IReluBackward
{
    readonly Action<DeviceStream, KernelConfig, float, int, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<float, int, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, float slope, DeviceView y, DeviceView dy, DeviceView dx, bool accumulate) =>
        launch(stream, device.Over(y.Length), slope, accumulate ? 1 : 0, y.Array, dy.Array, dx.Array);

    static void Kernel(float slope, int accumulate, ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx)
    {
        for (long i = PortableThread.Index; i < y.Length; i += PortableThread.Stride)
        {
            // Apart from the product, because 0 times infinity is NaN.
            float below = slope == 0 ? 0 : slope * dy[i];
            float gradient = y[i] > 0 ? dy[i] : below;
            dx[i] = accumulate != 0 ? dx[i] + gradient : gradient;
        }
    }
}
