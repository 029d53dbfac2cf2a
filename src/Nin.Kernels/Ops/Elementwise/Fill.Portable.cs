using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread an element.</summary>
sealed class FillPortable(AcceleratorDevice device) : IFill
{
    readonly Action<DeviceStream, KernelConfig, float, ArrayView<float>> launch = device.Load<float, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, float value, DeviceView y) => launch(stream, device.Over(y.Length), value, y.Array);

    static void Kernel(float value, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < y.Length; i += PortableThread.Stride) y[i] = value;
    }
}
