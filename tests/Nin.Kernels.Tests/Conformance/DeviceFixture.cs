namespace Nin.Kernels.Tests.Conformance;

/// <summary>A device that stays open for all tests of a class, because compiling its kernels takes longer than most tests.</summary>
public sealed class DeviceFixture<TDevice> : IDisposable
    where TDevice : IDeviceUnderTest
{
    readonly Lazy<Device> device = new(TDevice.Open);
    readonly Lazy<DeviceStream> stream;

    public DeviceFixture() => stream = new(() => Device.CreateStream());

    internal Device Device => device.Value;

    internal DeviceStream Stream => stream.Value;

    public void Dispose()
    {
        if (stream.IsValueCreated) Stream.Dispose();
        if (device.IsValueCreated) Device.Dispose();
    }
}
