using Nin.Ops;
using Nin.Shapes.Sizes;

namespace Nin.Kernels.Tests.Convolution;

/// <summary>Sizes that are wrong are refused where they are made: every op trusts them.</summary>
public sealed class Conv2dSizesTests
{
    [Theory]
    [InlineData(0, 5, 5, 2, 3, 1, 0, 1, 1, "Channels must be 1 or more*")]
    [InlineData(1, 0, 5, 2, 3, 1, 0, 1, 1, "Height must be 1 or more*")]
    [InlineData(1, 5, -1, 2, 3, 1, 0, 1, 1, "Width must be 1 or more*")]
    [InlineData(1, 5, 5, 0, 3, 1, 0, 1, 1, "Filters must be 1 or more*")]
    [InlineData(1, 5, 5, 2, 0, 1, 0, 1, 1, "*Kernel*1 or more*")]
    [InlineData(1, 5, 5, 2, 3, 0, 0, 1, 1, "*Stride*1 or more*")]
    [InlineData(1, 5, 5, 2, 3, 1, -1, 1, 1, "*Before*0 or more*")]
    [InlineData(1, 5, 5, 2, 3, 1, 0, 0, 1, "*Dilation*1 or more*")]
    [InlineData(6, 5, 5, 4, 3, 1, 0, 1, 0, "Groups must be 1 or more*")]
    [InlineData(6, 5, 5, 4, 3, 1, 0, 1, 4, "Groups = 4 must divide the 6 channels and the 4 filters.*")]
    [InlineData(6, 5, 5, 4, 3, 1, 0, 1, 3, "Groups = 3 must divide the 6 channels and the 4 filters.*")]
    [InlineData(1, 5, 5, 2, 6, 1, 0, 1, 1, "*does not fit the padded input 5x5*")]
    [InlineData(1 << 20, 1 << 10, 1 << 10, 2, 3, 1, 0, 1, 1, "*more than 2,147,483,647 elements*")]
    public void A_size_out_of_its_range_is_named(
        int channels, int height, int width, int filters, int kernel, int stride, int padding, int dilation, int groups, string message) =>
        FluentActions.Invoking(() => new Conv2dSizes(channels, height, width, filters, kernel, stride, padding, dilation, groups))
            .Should().Throw<ArgumentException>().WithMessage(message);

    [Fact]
    public void Each_axis_is_checked_by_itself()
    {
        foreach (var wrong in new WindowAxis[] { new(0), new(3, Stride: 0), new(3, Before: -1), new(3, After: -1), new(3, Dilation: 0) })
        {
            FluentActions.Invoking(() => new Conv2dSizes(1, 9, 9, 1, new Window2d(new(3), wrong))).Should().Throw<ArgumentException>(wrong.ToString());
            FluentActions.Invoking(() => new Conv2dSizes(1, 9, 9, 1, new Window2d(wrong, new(3)))).Should().Throw<ArgumentException>(wrong.ToString());
        }
    }
}
