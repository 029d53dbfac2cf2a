namespace Nin.Model.Tests.Networks;

/// <summary>Devices that stay open for all tests of <see cref="SharedDevices"/>, because compiling their kernels takes longer than most tests.</summary>
public sealed class DeviceSet : IDisposable
{
    readonly Dictionary<string, Device> open = [];

    public Device Open(string id)
    {
        if (!open.TryGetValue(id, out var device)) open.Add(id, device = Device.Open(id, threads: 2));
        return device;
    }

    public void Dispose()
    {
        foreach (var device in open.Values) device.Dispose();
    }
}
