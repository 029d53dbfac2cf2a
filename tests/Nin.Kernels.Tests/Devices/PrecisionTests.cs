namespace Nin.Kernels.Tests.Devices;

public sealed class PrecisionTests
{
    [Theory]
    [InlineData("cpu")]
    [InlineData("emulator")]
    public void A_device_is_as_exact_as_it_was_opened(string id)
    {
        using (var device = Device.Open(id)) device.Precision.Should().Be(Precision.Float32);
        using (var device = Device.Open(id, precision: Precision.Tf32)) device.Precision.Should().Be(Precision.Tf32);
    }

    [Fact]
    public void An_unknown_precision_is_refused_in_one_line()
    {
        var open = () => Device.Open("cpu", precision: (Precision)7);
        string message = open.Should().Throw<ArgumentOutOfRangeException>().Which.Message;
        message.Should().StartWith("Unknown precision 7: use Float32, Tf32x3, Tf32.");
    }

    [Theory]
    [InlineData(false, false, Precision.Tf32, nameof(ProductVariant.Threads))]
    [InlineData(true, false, Precision.Tf32, nameof(ProductVariant.WorkGroups))]
    [InlineData(true, true, Precision.Float32, nameof(ProductVariant.WorkGroups))]
    [InlineData(true, true, Precision.Tf32x3, nameof(ProductVariant.TensorCoresTf32x3))]
    [InlineData(true, true, Precision.Tf32, nameof(ProductVariant.TensorCoresTf32))]
    public void Tensor_cores_are_used_where_there_are_some_and_they_were_asked_for(bool groups, bool cores, Precision precision, string want)
    {
        var profile = new DeviceProfile(DeviceKind.Cuda, GroupsCooperate: groups, HasTensorCores: cores, Precision: precision);
        profile.Products.ToString().Should().Be(want);
    }
}
