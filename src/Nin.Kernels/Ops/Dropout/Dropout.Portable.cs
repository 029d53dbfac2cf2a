using ILGPU;
using ILGPU.Runtime;
using Nin.Numerics;

namespace Nin.Ops;

/// <summary>One thread four elements: a block of random words.</summary>
sealed class DropoutPortable(AcceleratorDevice device) : IDropout
{
    const int BlockLength = 4;

    readonly Action<DeviceStream, KernelConfig, DropoutSizes, ArrayView<float>, ArrayView<float>> launch =
        device.Load<DropoutSizes, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, in DropoutKey key, long length, int n, DeviceView x, DeviceView y, bool accumulate)
    {
        long blocks = (length + BlockLength - 1) / BlockLength;
        // With p = 1 nothing is kept and the infinite scale is not used.
        var sizes = new DropoutSizes(key, 1 / (1 - key.Probability), length, blocks, n, accumulate ? 1 : 0);
        launch(stream, device.Over(blocks * n), sizes, x.Array, y.Array);
    }

    static void Kernel(DropoutSizes sizes, ArrayView<float> x, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < sizes.Blocks * sizes.Examples; i += PortableThread.Stride)
        {
            long example = i / sizes.Blocks;
            long block = i - example * sizes.Blocks;
            var key = sizes.Key;
            var bits = Philox4x32.Block(
                (uint)block, (uint)(key.FirstExample + (int)example), (uint)key.Step, (uint)key.Layer, (uint)key.Seed, (uint)(key.Seed >> 32));
            long at = example * sizes.Length + block * BlockLength;
            long room = sizes.Length - block * BlockLength;
            Write(sizes, x, y, at, bits.X0);
            if (room > 1) Write(sizes, x, y, at + 1, bits.X1);
            if (room > 2) Write(sizes, x, y, at + 2, bits.X2);
            if (room > 3) Write(sizes, x, y, at + 3, bits.X3);
        }
    }

    static void Write(DropoutSizes sizes, ArrayView<float> x, ArrayView<float> y, long at, uint bits)
    {
        float value = Philox4x32.ToUnit(bits) >= sizes.Key.Probability ? x[at] * sizes.Scale : 0;
        y[at] = sizes.Accumulate != 0 ? y[at] + value : value;
    }
}
