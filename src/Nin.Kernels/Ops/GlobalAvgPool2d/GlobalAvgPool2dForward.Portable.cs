using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread a channel of an example.</summary>
sealed class GlobalAvgPool2dForwardPortable(AcceleratorDevice device) : IGlobalAvgPool2dForward
{
    readonly Action<DeviceStream, KernelConfig, int, int, int, ArrayView<float>, ArrayView<float>> launch =
        device.Load<int, int, int, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView x, DeviceView y) =>
        launch(stream, device.Over((long)n * channels), pixels, channels, n, x.Array, y.Array);

    static void Kernel(int pixels, int channels, int n, ArrayView<float> x, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < (long)n * channels; i += PortableThread.Stride)
        {
            long example = i / channels;
            long first = example * pixels * channels + (i - example * channels);
            float sum = 0;
            for (int pixel = 0; pixel < pixels; pixel++) sum += x[first + (long)pixel * channels];
            y[i] = sum / pixels;
        }
    }
}
