namespace Nin.Kernels.Tests.Memory;

/// <summary>No view reaches outside the memory that it was made from.</summary>
public sealed class ViewRangeTests : IDisposable
{
    readonly Device device = Device.Open("cpu", threads: 1);

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData(long.MaxValue, 8)]
    [InlineData(8, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(-1, 1)]
    [InlineData(1, -1)]
    [InlineData(long.MinValue, 8)]
    [InlineData(8, long.MinValue)]
    [InlineData(10, 7)]
    [InlineData(17, 0)]
    public void A_part_outside_a_view_is_refused_also_where_its_end_overflows(long offset, long length)
    {
        using var buffer = device.Allocate(16);
        buffer.View.Invoking(v => v.Slice(offset, length)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(16, 0)]
    [InlineData(0, 16)]
    [InlineData(9, 7)]
    public void A_part_up_to_the_end_is_a_view(long offset, long length)
    {
        using var buffer = device.Allocate(16);
        buffer.View.Slice(offset, length).Length.Should().Be(length);
    }

    [Theory]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue)]
    [InlineData(65536, 65536, 1)]
    [InlineData(2, 1 << 30, 1)]
    public void A_shape_whose_elements_cannot_be_counted_is_refused(int channels, int height, int width) =>
        FluentActions.Invoking(() => new Shape(channels, height, width)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*elements or fewer*");

    [Fact]
    public void A_parameter_whose_elements_cannot_be_counted_is_refused() =>
        new ParameterSpec("w", ParameterRole.Weight, int.MaxValue, int.MaxValue, int.MaxValue, 8).Invoking(s => s.Length)
            .Should().Throw<OverflowException>();
}
