namespace Nin.Kernels.Tests.Devices;

/// <summary>Asking for more than there is: one exception on every device, with the numbers.</summary>
public sealed class OutOfMemoryTests
{
    public static TheoryData<string> Devices => [.. DeviceDiscovery.List().Where(d => d.Missing is null).Select(d => d.Id)];

    [Theory]
    [MemberData(nameof(Devices))]
    public void The_message_has_what_was_asked_for_what_there_is_and_what_is_held(string id)
    {
        using var device = Device.Open(id);
        using var held = device.Allocate(1000);
        foreach (long length in new[] { 1L << 45, 1L << 59, long.MaxValue / sizeof(float), long.MaxValue })
        {
            string asked = (Math.Min(length, long.MaxValue / sizeof(float)) * sizeof(float)).ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
            if (length == long.MaxValue) asked = long.MaxValue.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
            device.Invoking(d => d.Allocate(length)).Should().Throw<InsufficientMemoryException>()
                .WithMessage($"{id} cannot give {asked} bytes: it has {device.MemoryBytes:N0}, of which this process holds 4,000*Use a smaller batch.");
        }

        device.AllocatedBytes.Should().Be(4000);
        held.View.CopyFrom([1f, 2f]);
        held.View.Slice(0, 2).ToArray().Should().Equal(1, 2);
    }
}
