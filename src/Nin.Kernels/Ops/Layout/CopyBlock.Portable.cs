using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One thread an element.</summary>
sealed class CopyBlockPortable(AcceleratorDevice device) : ICopyBlock
{
    readonly Action<DeviceStream, KernelConfig, Block2d, int, ArrayView<float>, ArrayView<float>> launch =
        device.Load<Block2d, int, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in Block2d block, DeviceView x, DeviceView y, bool accumulate) =>
        launch(stream, device.Over(block.Rows * block.Columns), block, accumulate ? 1 : 0, x.Array, y.Array);

    static void Kernel(Block2d block, int accumulate, ArrayView<float> x, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < block.Rows * block.Columns; i += PortableThread.Stride)
        {
            long row = i / block.Columns;
            long column = i - row * block.Columns;
            float value = x[row * block.SourceStride + column];
            long target = row * block.TargetStride + column;
            y[target] = accumulate != 0 ? y[target] + value : value;
        }
    }
}
