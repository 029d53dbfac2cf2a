using System.Runtime.Intrinsics;
using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin.Tests.Vectorized;

public sealed unsafe class DepthwiseTests
{
    // Spread sources and plain ones, registers that are partial, strides, leaves of parts of an example and of eight.
    static readonly Conv2dSizes[] Cases =
    [
        new(37, 9, 21, 37, Kernel: 3, Padding: 1, Groups: 37),
        new(40, 1, 2, 40, Kernel: 3, Padding: 1, Groups: 40),
        new(23, 7, 9, 23, Kernel: 3, Stride: 2, Padding: 1, Groups: 23),
        new(32, 2, 8, 32, Kernel: 3, Stride: 2, Padding: 1, Groups: 32),
        new(150, 7, 6, 150, Kernel: 5, Stride: 2, Padding: 2, Groups: 150),
        new(5, 90, 97, 10, new Window2d(new(3, Before: 1, After: 1), new(2)), Groups: 5),
        new(36, 13, 12, 36, Kernel: 3, Padding: 1, Groups: 9),
        new(34, 6, 7, 51, Kernel: 3, Stride: 2, Padding: 1, Groups: 17),
    ];

    static IEnumerable<int> Widths => new[] { 128, 256, 512 }.Where(w => w == 128 || (w == 256 ? Vector256.IsHardwareAccelerated : Vector512.IsHardwareAccelerated));

    [Fact]
    public void Narrow_groups_are_depthwise_and_wide_ones_a_product()
    {
        foreach (var sizes in Cases)
        {
            Conv2dChoice.Forward(sizes).Should().Be(Conv2dAlgorithm.Depthwise);
            Conv2dChoice.BackwardData(sizes).Should().Be(Conv2dAlgorithm.Depthwise);
            Conv2dChoice.BackwardWeights(sizes).Should().Be(Conv2dAlgorithm.Depthwise);
        }

        var wide = new Conv2dSizes(64, 9, 9, 64, Kernel: 3, Groups: 2);
        Conv2dChoice.Forward(wide).Should().Be(Conv2dAlgorithm.ImplicitGemm);
        Conv2dChoice.BackwardWeights(wide).Should().Be(Conv2dAlgorithm.ImplicitGemm);
    }

    [Fact]
    public void Neither_the_threads_nor_the_width_of_the_registers_change_a_bit()
    {
        foreach (var sizes in Cases)
        {
            float[][] want = Results(sizes, batch: 11, threads: 1, width: 128);
            foreach (int width in Widths)
            {
                foreach (int threads in new[] { 1, 2, 4 })
                {
                    float[][] got = Results(sizes, 11, threads, width);
                    for (int i = 0; i < want.Length; i++) got[i].Should().Equal(want[i], "{0}, result {1}, {2} bits, {3} threads", sizes, i, width, threads);
                }
            }
        }
    }

    [Fact]
    public void An_example_has_the_same_bits_in_any_batch()
    {
        foreach (var sizes in Cases)
        {
            float[][] whole = Results(sizes, batch: 3, threads: 2, SimdWidth.Best), one = Results(sizes, batch: 1, threads: 2, SimdWidth.Best);
            whole[0][..one[0].Length].Should().Equal(one[0]);
            whole[1][..one[1].Length].Should().Equal(one[1]);
        }
    }

    // y, dx and dw.
    static float[][] Results(Conv2dSizes sizes, int batch, int threads, int width)
    {
        using var device = new CpuDevice(threads, width);
        using var stream = device.CreateStream();
        using DeviceBuffer x = Noise(1, batch * sizes.InputLength), w = Noise(2, sizes.WeightLength), bias = Noise(3, sizes.Filters);
        using DeviceBuffer dy = Noise(4, batch * sizes.OutputLength), y = Noise(5, dy.Length), dx = Noise(6, x.Length), dw = Noise(7, w.Length);
        device.Kernels.Get<IConv2dForward>().Run(stream, sizes, batch, x.View, w.View, bias.View, relu: true, y.View);
        device.Kernels.Get<IConv2dBackwardData>().Run(stream, sizes, batch, dy.View, w.View, dx.View, accumulate: true);
        device.Kernels.Get<IConv2dBackwardWeights>().Run(stream, sizes, batch, x.View, dy.View, dw.View, default, accumulate: false);
        return [Read(y), Read(dx), Read(dw)];

        DeviceBuffer Noise(int seed, long length)
        {
            var buffer = device.Allocate(length);
            buffer.View.CopyFrom(ConvolutionCases.Random(seed, length));
            return buffer;
        }
    }

    static float[] Read(DeviceBuffer buffer) => new ReadOnlySpan<float>(buffer.View.Pointer, (int)buffer.Length).ToArray();
}
