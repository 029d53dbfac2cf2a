using Nin.Dimensions;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Tensors;

public sealed class TensorTests : IDisposable
{
    readonly CpuDevice device = new(threads: 1);

    public void Dispose() => device.Dispose();

    [Fact]
    public void Both_layouts_come_back_as_they_went_in_and_mean_the_same_tensor()
    {
        float[] nchw = RandomData.Normal(1, 2 * 3 * 4 * 5), nhwc = Layouts.NchwToNhwc<float>(nchw, 2, 3, 4, 5);
        using var tensor = new TensorBuffer(device, 2, new Shape(3, 4, 5));
        tensor.CopyFrom(nchw, Layout.Nchw);
        tensor.ToArray(Layout.Nchw).Should().Equal(nchw);
        tensor.ToArray(Layout.Nhwc).Should().Equal(nhwc);
        tensor.CopyFrom(nhwc, Layout.Nhwc);
        tensor.ToArray(Layout.Nchw).Should().Equal(nchw);
    }

    [Fact]
    public void A_smaller_batch_fills_the_first_examples_only()
    {
        using var tensor = new TensorBuffer<Chw<D2, D2, D1>>(device, 3);
        tensor.CopyFrom(new float[12], Layout.Nchw);
        tensor.CopyFrom([1, 2, 3, 4, 5, 6, 7, 8], 2, Layout.Nchw).ToArray(Layout.Nhwc).Should().Equal(1, 3, 2, 4, 5, 7, 6, 8);
        tensor.ToArray(Layout.Nchw).Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0);
    }

    [Fact]
    public void A_wrong_length_is_refused_with_both_numbers()
    {
        using var tensor = new TensorBuffer(device, 2, new Shape(3, 4, 5));
        FluentActions.Invoking(() => tensor.CopyFrom(new float[119], Layout.Nchw)).Should().Throw<ArgumentException>().WithMessage("*120*119*");
        FluentActions.Invoking(() => tensor.Tensor.CopyTo(new float[121], Layout.Nchw)).Should().Throw<ArgumentException>().WithMessage("*120*121*");
        FluentActions.Invoking(() => tensor.Take(3)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => tensor.Take(0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_shape_as_a_type_must_be_the_tensors_own()
    {
        using var tensor = new TensorBuffer(device, 2, new Shape(3, 4, 5));
        tensor.Tensor.As<Chw<D3, D4, D5>>().Shape.Should().Be(new Shape(3, 4, 5));
        FluentActions.Invoking(() => tensor.Tensor.As<Chw<D3, D5, D4>>()).Should().Throw<ArgumentException>().WithMessage("*3x4x5*3x5x4*");
    }

    [Fact]
    public void Only_a_flat_tensor_has_an_order_of_its_own()
    {
        using var flat = new TensorBuffer(device, 1, Shape.Flat(4));
        flat.CopyFrom([1, 2, 3, 4], Layout.Nchw);
        flat.Tensor.ToArray().Should().Equal(1, 2, 3, 4);
        using var image = new TensorBuffer(device, 1, new Shape(2, 2, 1));
        FluentActions.Invoking(() => image.Tensor.ToArray()).Should().Throw<InvalidOperationException>().WithMessage("*Layout.Nchw*");
    }

    [Fact]
    public void Memory_that_was_given_back_or_never_taken_says_so()
    {
        var tensor = new TensorBuffer(device, 1, Shape.Flat(4));
        Tensor handle = tensor.Tensor;
        tensor.Dispose();
        tensor.Dispose();
        FluentActions.Invoking(() => handle.ToArray()).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => default(Tensor).ToArray(Layout.Nhwc)).Should().Throw<InvalidOperationException>();
        device.AllocatedBytes.Should().Be(0);
    }

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void More_memory_than_there_is_gives_both_byte_counts(string id)
    {
        using Device other = Device.Open(id);
        const long length = 1L << 56;
        string bytes = (length * sizeof(float)).ToString("N0");
        FluentActions.Invoking(() => other.Allocate(length)).Should().Throw<InsufficientMemoryException>()
            .WithMessage($"*{bytes} bytes*{other.MemoryBytes:N0}*Use a smaller batch*");
        other.AllocatedBytes.Should().Be(0);
    }

    [Theory, InlineData("cpu"), InlineData("emulator")]
    public void A_length_whose_bytes_overflow_gives_out_of_memory_too(string id)
    {
        using Device other = Device.Open(id);
        FluentActions.Invoking(() => other.Allocate(1L << 62)).Should().Throw<InsufficientMemoryException>();
    }
}
