using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread an element.</summary>
sealed class ReluForwardPortable(AcceleratorDevice device) : IReluForward
{
    readonly Action<DeviceStream, KernelConfig, float, ArrayView<float>, ArrayView<float>> launch =
        device.Load<float, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, float slope, DeviceView x, DeviceView y) => launch(stream, device.Over(x.Length), slope, x.Array, y.Array);

    static void Kernel(float slope, ArrayView<float> x, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < x.Length; i += PortableThread.Stride)
        {
            float value = x[i];
            // Apart from the product, because 0 times infinity is NaN.
            float below = slope == 0 ? 0 : slope * value;
            y[i] = value < 0 ? below : value;
        }
    }
}
