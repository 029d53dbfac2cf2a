namespace Nin.Model.Tests.Networks;

/// <summary>Devices that stay open for all tests of a class, because compiling their kernels takes longer than most tests.</summary>
public sealed class DeviceSet : IDisposable
{
    /// <summary>Behind an OpenCL device's id: with the products that GPUs run, by groups with shared memory and barriers.</summary>
    public const string InGroups = ", in groups";

    readonly Dictionary<string, Device> open = [];

    public Device Open(string id)
    {
        if (!open.TryGetValue(id, out var device)) open.Add(id, device = id.EndsWith(InGroups, StringComparison.Ordinal) ? OpenInGroups(id[..^InGroups.Length]) : Device.Open(id, threads: 2));
        return device;
    }

    static AcceleratorDevice OpenInGroups(string id)
    {
        using var accelerators = new Accelerators(DeviceKind.OpenCl);
        return accelerators.Open(DeviceId.Parse(id).Index, adjust: p => p with { GroupsCooperate = true });
    }

    public void Dispose()
    {
        foreach (var device in open.Values) device.Dispose();
    }
}
