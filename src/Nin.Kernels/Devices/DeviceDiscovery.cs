using System.Diagnostics.CodeAnalysis;

namespace Nin;

/// <summary>Finds the devices of this machine, and the reason where one is missing.</summary>
public static class DeviceDiscovery
{
    /// <summary>What <c>auto</c> tries before the CPU, best first.</summary>
    static readonly DeviceKind[] Preferred = [DeviceKind.Cuda, DeviceKind.OpenCl];

    /// <summary>All devices, best first, and for a kind without one the reason.</summary>
    public static IReadOnlyList<DeviceInfo> List()
    {
        List<DeviceInfo> found = [];
        foreach (var kind in Preferred)
        {
            if (!AcceleratorSupport.IsIncluded)
            {
                found.Add(Absent(kind, AcceleratorSupport.Reason));
                continue;
            }

            using var accelerators = new Accelerators(kind);
            int gpu = found.Exists(d => d.IsDefault) ? -1 : accelerators.FirstGpu();
            if (accelerators.Missing is { } reason) found.Add(Absent(kind, reason));
            found.AddRange(accelerators.Found.Select(
                (d, i) => new DeviceInfo(new DeviceId(kind, i).ToString(), kind, d.Name.Trim(), d.MemorySize, i == gpu, Missing: null)));
        }

        using (var cpu = new CpuDevice(threads: 1))
            found.Add(new DeviceInfo(cpu.Id, cpu.Kind, cpu.Name, cpu.MemoryBytes, !found.Exists(d => d.IsDefault), Missing: null));
        if (!AcceleratorSupport.IsIncluded) found.Add(Absent(DeviceKind.Emulator, AcceleratorSupport.Reason));
        else found.Add(new DeviceInfo("emulator", DeviceKind.Emulator, "ILGPU's CPU accelerator", found[^1].MemoryBytes, IsDefault: false, Missing: null));
        return found;
    }

    internal static Device OpenBest(int threads, Action<DeviceInfo>? passedOver, Precision precision)
    {
        foreach (var kind in Preferred)
        {
            if (!AcceleratorSupport.IsIncluded)
            {
                passedOver?.Invoke(Absent(kind, AcceleratorSupport.Reason));
                continue;
            }

            using var accelerators = new Accelerators(kind);
            if (TryOpenGpu(accelerators, precision, out var device) is not { } reason) return device!;
            passedOver?.Invoke(Absent(kind, reason));
        }

        return new CpuDevice(threads, precision: precision);
    }

    internal static Device Open(string id, int threads, Action<DeviceInfo>? passedOver, Precision precision)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (threads is < 0 or > Device.MaxThreads)
            throw new ArgumentOutOfRangeException(nameof(threads), threads, $"Threads must be 0 (one a core) to {Device.MaxThreads}.");
        if (id == DeviceId.Auto) return OpenBest(threads, passedOver, precision);
        var (kind, index) = DeviceId.Parse(id);
        if (kind == DeviceKind.Cpu) return new CpuDevice(threads, precision: precision);
        if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing(id);
        using var accelerators = new Accelerators(kind);
        return accelerators.Open(index, precision);
    }

    static MissingReason? TryOpenGpu(Accelerators accelerators, Precision precision, out AcceleratorDevice? device)
    {
        device = null;
        if (accelerators.Missing is { } missing) return missing;
        int gpu = accelerators.FirstGpu();
        if (gpu < 0) return new MissingReason($"{accelerators.Found[0].Name.Trim()} is not a graphics processor", IsBroken: false);
        try
        {
            device = accelerators.Open(gpu, precision);
            return null;
        }
        catch (InvalidOperationException exception)
        {
            return new MissingReason(exception.Message, IsBroken: true);
        }
    }

    static DeviceInfo Absent(DeviceKind kind, in MissingReason reason) =>
        new(DeviceId.Prefix(kind), kind, Name: null, MemoryBytes: 0, IsDefault: false, reason.Text, reason.IsBroken);
}

/// <summary>
/// Whether the program holds what runs kernels on accelerators. ILGPU compiles them while the program runs, by reflection, which neither Native AOT
/// nor trimming bears; a program that is published with <c>NinAccelerators=false</c> has device <c>cpu</c> alone, without ILGPU's compiler in it.
/// </summary>
static class AcceleratorSupport
{
    const string Switch = "Nin.Accelerators";
    const string Why = "the program was published without accelerators (NinAccelerators is false, as always by Native AOT); publish it with them, or use cpu";

    /// <summary>A constant for whoever trims the program, so that what it guards is left out.</summary>
    [FeatureSwitchDefinition(Switch)]
    public static bool IsIncluded => !AppContext.TryGetSwitch(Switch, out bool isIncluded) || isIncluded;

    public static MissingReason Reason => new(Why, IsBroken: false);

    public static InvalidOperationException Missing(string? id = null) =>
        new(id is null ? $"No kernel can be loaded: {Why}." : $"There is no device '{id}': {Why}.");
}
