using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread an element of the input.</summary>
sealed class GlobalAvgPool2dBackwardPortable(AcceleratorDevice device) : IGlobalAvgPool2dBackward
{
    readonly Action<DeviceStream, KernelConfig, int, int, int, int, ArrayView<float>, ArrayView<float>> launch =
        device.Load<int, int, int, int, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView dy, DeviceView dx, bool accumulate) =>
        launch(stream, device.Over((long)n * pixels * channels), pixels, channels, n, accumulate ? 1 : 0, dy.Array, dx.Array);

    static void Kernel(int pixels, int channels, int n, int accumulate, ArrayView<float> dy, ArrayView<float> dx)
    {
        for (long i = PortableThread.Index; i < (long)n * pixels * channels; i += PortableThread.Stride)
        {
            long row = i / channels;
            float gradient = dy[row / pixels * channels + (i - row * channels)] / pixels;
            dx[i] = accumulate != 0 ? dx[i] + gradient : gradient;
        }
    }
}
