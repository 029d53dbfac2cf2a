namespace Nin.Kernels.Tests.Devices;

public sealed class PrecisionTests
{
    [Theory]
    [InlineData("cpu")]
    [InlineData("emulator")]
    public void A_device_is_as_exact_as_it_was_opened(string id)
    {
        using (var device = Device.Open(id)) device.Precision.Should().Be(Precision.Highest);
        using (var device = Device.Open(id, precision: Precision.Medium)) device.Precision.Should().Be(Precision.Medium);
    }

    [Fact]
    public void An_unknown_precision_is_refused_in_one_line()
    {
        var open = () => Device.Open("cpu", precision: (Precision)7);
        string message = open.Should().Throw<ArgumentOutOfRangeException>().Which.Message;
        message.Should().StartWith("Unknown precision 7: use Highest, High, Medium.");
    }

    [Theory]
    [InlineData(false, false, Precision.Medium, nameof(ProductVariant.Threads))]
    [InlineData(true, false, Precision.Medium, nameof(ProductVariant.Groups))]
    [InlineData(true, true, Precision.Highest, nameof(ProductVariant.Groups))]
    [InlineData(true, true, Precision.High, nameof(ProductVariant.TensorCoresThrice))]
    [InlineData(true, true, Precision.Medium, nameof(ProductVariant.TensorCores))]
    public void Tensor_cores_are_used_where_there_are_some_and_they_were_asked_for(bool groups, bool cores, Precision precision, string want)
    {
        var profile = new DeviceProfile(DeviceKind.Cuda, GroupsCooperate: groups, HasTensorCores: cores, Precision: precision);
        profile.Products.ToString().Should().Be(want);
    }
}
