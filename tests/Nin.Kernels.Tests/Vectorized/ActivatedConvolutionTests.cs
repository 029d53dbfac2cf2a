using Nin.Kernels.Tests.Activations;
using Nin.Ops;

namespace Nin.Tests.Vectorized;

/// <summary>An activation that a convolution applies to its results while they are in the cache: the bits are those of a pass of its own.</summary>
public sealed unsafe class ActivatedConvolutionTests
{
    /// <summary>Every shape of the other tests, and those that Winograd's method and the kernels of narrow groups compute.</summary>
    public static TheoryData<string, int> Cases => ConvolutionCases.NamesAndWidths;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Its_bits_are_those_of_a_convolution_and_an_activation(string name, int width)
    {
        (Conv2dSizes sizes, int batch) = ConvolutionCases.Find(name);
        Agree(sizes, batch, width);
    }

    [Theory]
    [InlineData(3), InlineData(5)]
    public void So_they_are_after_Winograds_output_transform(int kernel)
    {
        Conv2dSizes sizes = new(48, 13, 11, 72, kernel, Padding: kernel / 2);
        Conv2dChoice.Forward(sizes).Should().Be(Conv2dAlgorithm.Winograd);
        foreach (int width in OpRun.Widths) Agree(sizes, batch: 3, width);
    }

    [Fact]
    public void So_they_are_in_narrow_groups_of_several_blocks()
    {
        Conv2dSizes plain = new(70, 9, 7, 70, Kernel: 3, Padding: 1, Groups: 70), spread = new(72, 9, 7, 36, Kernel: 3, Padding: 1, Groups: 36);
        foreach (int width in OpRun.Widths)
        {
            Conv2dChoice.Forward(plain).Should().Be(Conv2dAlgorithm.Depthwise);
            Agree(plain, batch: 2, width);
            Conv2dChoice.Forward(spread).Should().Be(Conv2dAlgorithm.Depthwise);
            Agree(spread, batch: 2, width);
        }
    }

    static void Agree(in Conv2dSizes sizes, int batch, int width)
    {
        using var device = new CpuDevice(threads: 2, width);
        using var stream = device.CreateStream();
        var forward = device.Kernels.Get<IConv2dForward>();
        using DeviceBuffer x = Noise(1, batch * sizes.InputLength), w = Noise(2, sizes.WeightLength), bias = Noise(3, sizes.Filters);
        using DeviceBuffer plain = Noise(4, batch * sizes.OutputLength), want = Noise(5, plain.Length);
        using DeviceBuffer over = Noise(6, plain.Length), sums = Noise(7, plain.Length), y = Noise(8, plain.Length);
        var formula = new OutputElu(0.7f);
        forward.Run(stream, sizes, batch, x.View, w.View, bias.View, relu: false, plain.View);
        device.Kernels.Get<IActivationForward>().Run(stream, formula, plain.View, want.View);

        forward.Run(stream, sizes, batch, x.View, w.View, bias.View, formula, sums: default, over.View);
        over.View.ToArray().Should().Equal(want.View.ToArray(), "{0} at {1} bits", sizes, width);

        forward.Run(stream, sizes, batch, x.View, w.View, bias.View, formula, sums.View, y.View);
        y.View.ToArray().Should().Equal(want.View.ToArray(), "{0} at {1} bits", sizes, width);
        sums.View.ToArray().Should().Equal(plain.View.ToArray(), "what the formula is applied to is kept");

        DeviceBuffer Noise(int seed, long length)
        {
            var buffer = device.Allocate(length);
            buffer.View.CopyFrom(ConvolutionCases.Random(seed, length));
            return buffer;
        }
    }
}
