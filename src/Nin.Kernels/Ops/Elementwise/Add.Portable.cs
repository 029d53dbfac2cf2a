using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread an element.</summary>
sealed class AddPortable(AcceleratorDevice device) : IAdd
{
    readonly Action<DeviceStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, DeviceView a, DeviceView b, DeviceView y) =>
        launch(stream, device.Over(y.Length), a.Array, b.Array, y.Array);

    static void Kernel(ArrayView<float> a, ArrayView<float> b, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < y.Length; i += PortableThread.Stride) y[i] = a[i] + b[i];
    }
}
