using Nin.TestKit;

namespace Nin.Kernels.Tests.Tensors;

public sealed class ParameterTests : IDisposable
{
    readonly CpuDevice device = new(threads: 1);

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData(8, 3, 5, 5)]
    [InlineData(6, 2, 3, 3)]
    [InlineData(7, 1, 3, 3)]
    [InlineData(4, 9, 1, 1)]
    [InlineData(1, 4, 2, 3)]
    public void Convolution_weights_are_copied_in_PyTorchs_order(int filters, int groupChannels, int kh, int kw)
    {
        // With groups the second size is the channels of one group; in memory the filters of all groups lie side by side.
        using var set = new ParameterSet(device, [new("w", ParameterRole.Weight, filters, groupChannels, kh, kw)]);
        float[] oihw = RandomData.Normal(1, filters * groupChannels * kh * kw);
        set["w"].CopyFrom(oihw);
        set["w"].Value.ToArray().Should().Equal(Layouts.OihwToHwio<float>(oihw, filters, groupChannels, kh, kw));
        set["w"].ToArray().Should().Equal(oihw);
    }

    [Fact]
    public void Linear_weights_are_transposed_and_vectors_are_not()
    {
        using var set = new ParameterSet(device, [new("w", ParameterRole.Weight, 2, 3), new("b", ParameterRole.Bias, 3)]);
        set["w"].CopyFrom([1, 2, 3, 4, 5, 6]);
        set["b"].CopyFrom([7, 8, 9]);
        set["w"].Value.ToArray().Should().Equal(1, 4, 2, 5, 3, 6);
        set["w"].ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
        set["b"].Value.ToArray().Should().Equal(7, 8, 9);
        set["b"].ToArray().Should().Equal(7, 8, 9);
    }

    [Fact]
    public void A_write_counts_a_version_of_trained_values_or_of_buffers()
    {
        using var set = new ParameterSet(device, [new("w", ParameterRole.Weight, 2, 3), new("mean", ParameterRole.RunningMean, 3)]);
        (long trained, long buffers) = (set.Version, set.BufferVersion);
        set["w"].CopyFrom(new float[6]);
        (set.Version, set.BufferVersion).Should().Be((trained + 1, buffers));
        set["mean"].CopyFrom(new float[3]);
        (set.Version, set.BufferVersion).Should().Be((trained + 1, buffers + 1));
        set["mean"].Gradient.IsNone.Should().BeTrue("a buffer is not trained");
    }

    [Fact]
    public void Mistakes_name_the_parameter()
    {
        using var set = new ParameterSet(device, [new("Block1.0.weight", ParameterRole.Weight, 2, 3, 1, 1)]);
        FluentActions.Invoking(() => set["Block1.0.weight"].CopyFrom(new float[5])).Should().Throw<ArgumentException>()
            .WithMessage("Block1.0.weight*6*2x3x1x1*5*");
        FluentActions.Invoking(() => set["Block2.0.weight"]).Should().Throw<KeyNotFoundException>().WithMessage("*Block2.0.weight*");
    }

    [Fact]
    public void All_memory_is_given_back()
    {
        var set = new ParameterSet(device, [new("w", ParameterRole.Weight, 2, 3), new("mean", ParameterRole.RunningMean, 3)]);
        set["w"].GradientToArray().Should().OnlyContain(v => v == 0);
        set.Dispose();
        device.AllocatedBytes.Should().Be(0);
    }
}
