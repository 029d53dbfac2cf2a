using Nin.Ops;

namespace Nin.Kernels.Tests.Devices;

public sealed class DeviceDiscoveryTests
{
    [Fact]
    public void Each_kind_is_listed_with_a_device_or_the_reason_why_there_is_none()
    {
        var devices = DeviceDiscovery.List();

        devices.Select(d => d.Kind).Distinct().Should().BeEquivalentTo(Enum.GetValues<DeviceKind>());
        devices.Should().OnlyContain(d => d.Missing != null || (d.Name != null && d.MemoryBytes > 0));
        devices.Should().ContainSingle(d => d.IsDefault);
    }

    [Fact]
    public void A_listed_device_opens_by_its_id_and_a_missing_one_says_why()
    {
        foreach (var listed in DeviceDiscovery.List())
        {
            if (listed.Missing is { } reason)
            {
                FluentActions.Invoking(() => Device.Open(listed.Id)).Should().Throw<InvalidOperationException>().WithMessage($"*{reason}*");
                continue;
            }

            using var device = Device.Open(listed.Id);
            device.Id.Should().Be(listed.Id);
            device.MemoryBytes.Should().BeInRange(1, 1L << 50);
        }
    }

    [Fact]
    public void The_emulator_runs_a_kernel()
    {
        using var device = Device.Open("emulator");
        using var stream = device.CreateStream();
        using var buffer = device.Allocate(1000);

        device.Kernels.Get<IFill>().Run(stream, 2.5f, buffer.View.Slice(1, 998));

        buffer.View.ToArray()[1..999].Should().OnlyContain(v => v == 2.5f);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cpu:0")]
    [InlineData("cuda:-1")]
    [InlineData("opencl:x")]
    public void An_unknown_id_is_refused_with_the_known_ones(string id) =>
        FluentActions.Invoking(() => Device.Open(id)).Should().Throw<ArgumentException>().WithMessage($"*'{id}'*emulator*");
}
