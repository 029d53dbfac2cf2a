using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread an element of the target. (Flattening maps of a few pixels is all that it does: no tile is staged.)</summary>
sealed class TransposePortable(AcceleratorDevice device) : ITranspose
{
    readonly Action<DeviceStream, KernelConfig, int, int, int, int, ArrayView<float>, ArrayView<float>> launch =
        device.Load<int, int, int, int, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, int rows, int columns, int n, DeviceView x, DeviceView y, bool accumulate) =>
        launch(stream, device.Over((long)n * rows * columns), rows, columns, n, accumulate ? 1 : 0, x.Array, y.Array);

    static void Kernel(int rows, int columns, int n, int accumulate, ArrayView<float> x, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < (long)n * rows * columns; i += PortableThread.Stride)
        {
            long line = i / rows;
            long row = i - line * rows;
            long example = line / columns;
            long column = line - example * columns;
            float value = x[(example * rows + row) * columns + column];
            y[i] = accumulate != 0 ? y[i] + value : value;
        }
    }
}
