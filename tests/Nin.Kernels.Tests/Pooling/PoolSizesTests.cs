using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin.Kernels.Tests.Pooling;

public sealed class PoolSizesTests
{
    /// <summary>PyTorch's Pool.h, <c>pooling_output_shape_pad_lr</c>: input, kernel, stride, padding, dilation; output rounded down, rounded up.</summary>
    [Theory]
    [InlineData(6, 3, 2, 1, 1, 3, 4)]
    [InlineData(6, 3, 2, 0, 1, 2, 3)]
    [InlineData(5, 2, 2, 1, 1, 3, 3)]
    [InlineData(4, 2, 3, 1, 1, 2, 2)]
    [InlineData(1, 2, 2, 1, 1, 1, 1)]
    [InlineData(2, 1, 2, 0, 1, 1, 1)]
    [InlineData(16, 3, 2, 1, 2, 7, 8)]
    [InlineData(54, 3, 2, 0, 1, 26, 27)]
    [InlineData(32, 3, 2, 0, 1, 15, 16)]
    public void A_last_window_starts_inside_the_image_or_its_leading_padding(
        int n, int kernel, int stride, int padding, int dilation, int floor, int ceil)
    {
        var axis = new WindowAxis(kernel, stride, padding, padding, dilation);
        var sizes = new PoolSizes(3, n, n, new Window2d(axis, axis with { Ceil = true }));
        (sizes.OutHeight, sizes.OutWidth).Should().Be((floor, ceil));
        sizes.OutputLength.Should().Be(3L * floor * ceil);
    }

    [Fact]
    public void The_square_window_is_the_same_along_both_axes() =>
        new PoolSizes(Channels: 2, Height: 9, Width: 7, Kernel: 3, Stride: 2, Padding: 1, Dilation: 2)
            .Should().Be(new PoolSizes(2, 9, 7, Window2d.Square(3, 2, 1, 2)));

    [Fact]
    public void A_global_window_is_the_image()
    {
        var sizes = PoolSizes.Global(new Shape(5, 7, 3));
        (sizes.OutHeight, sizes.OutWidth, sizes.Window.Taps).Should().Be((1, 1, 21));
    }

    [Theory]
    [InlineData(0, 5, 5, 2, 1, 0, 1, "*Channels must be 1 or more*")]
    [InlineData(1, 0, 5, 2, 1, 0, 1, "*Height must be 1 or more*")]
    [InlineData(1, 5, -1, 2, 1, 0, 1, "*Width must be 1 or more*")]
    [InlineData(1, 5, 5, 0, 1, 0, 1, "*Kernel*1 or more*")]
    [InlineData(1, 5, 5, 2, 0, 0, 1, "*Stride*1 or more*")]
    [InlineData(1, 5, 5, 2, 1, -1, 1, "*Before*0 or more*")]
    [InlineData(1, 5, 5, 2, 1, 0, 0, "*Dilation*1 or more*")]
    [InlineData(1, 5, 5, 3, 1, 2, 1, "*half*use 1 or less*")]
    [InlineData(1, 5, 5, 3, 1, 3, 2, "*half*use 2 or less*")]
    [InlineData(1, 5, 5, 6, 1, 0, 1, "*6 rows does not fit 5*")]
    [InlineData(1, 5, 5, 3, 1, 0, 3, "*7 rows does not fit 5*")]
    [InlineData(1, 5, 5, 2, int.MaxValue, 0, 1, "*out of range*")]
    [InlineData(1, 5, 5, int.MaxValue, 1, int.MaxValue / 2, 1, "*out of range*")]
    [InlineData(1 << 20, 1 << 10, 1 << 10, 2, 2, 0, 1, "*elements*")]
    public void A_size_out_of_its_range_is_named(
        int channels, int height, int width, int kernel, int stride, int padding, int dilation, string message) =>
        FluentActions.Invoking(() => new PoolSizes(channels, height, width, kernel, stride, padding, dilation))
            .Should().Throw<ArgumentException>().WithMessage(message);

    [Fact]
    public void Each_side_and_each_axis_is_checked()
    {
        WindowAxis good = new(3), late = new(3, After: 2), wide = new(6);
        Refused(new Window2d(late, good), "*0 and 2 rows*half*");
        Refused(new Window2d(good, late), "*0 and 2 columns*half*");
        Refused(new Window2d(good, wide), "*6 columns does not fit 5*");
    }

    [Fact]
    public void An_average_has_no_dilation() =>
        FluentActions.Invoking(() => new AvgPoolStep(new PoolSizes(1, 5, 5, 2, 1, Dilation: 2)))
            .Should().Throw<ArgumentException>().WithMessage("*no dilation*2x2, dilation 2*");

    [Fact]
    public void A_maximum_whose_argmax_index_cannot_be_counted_is_refused() =>
        FluentActions.Invoking(() => new MaxPoolStep(PoolSizes.Global(new Shape(1, 4096, 2049))))
            .Should().Throw<ArgumentException>().WithMessage("*8,392,704 taps*");

    static void Refused(Window2d window, string message) =>
        FluentActions.Invoking(() => new PoolSizes(1, 5, 5, window)).Should().Throw<ArgumentException>().WithMessage(message);
}
