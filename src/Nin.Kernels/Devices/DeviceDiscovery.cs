using System.Globalization;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Nin;

/// <summary>Finds the devices of this machine and says why one is missing.</summary>
public static class DeviceDiscovery
{
    const string Auto = "auto";
    const string Allowed = "auto, cpu, emulator, opencl[:i] or cuda[:i]";

    /// <summary>All devices, best first, and for a kind without one the reason.</summary>
    public static IReadOnlyList<DeviceInfo> List()
    {
        List<DeviceInfo> found = [.. ListAccelerators(DeviceKind.Cuda), .. ListAccelerators(DeviceKind.OpenCl)];
        using (var cpu = new CpuDevice(threads: 1))
            found.Add(new DeviceInfo(cpu.Id, cpu.Kind, cpu.Name, cpu.MemoryBytes, IsDefault: false, Missing: null));
        found.Add(new DeviceInfo("emulator", DeviceKind.Emulator, "ILGPU's CPU accelerator", found[^1].MemoryBytes, IsDefault: false, Missing: null));
        int best = found.FindIndex(d => d.Id == BestId());
        found[best] = found[best] with { IsDefault = true };
        return found;
    }

    internal static Device OpenBest(int threads) => Open(BestId(), threads);

    internal static Device Open(string id, int threads)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (id == Auto) return OpenBest(threads);
        var (kind, index) = Parse(id);
        return kind == DeviceKind.Cpu ? new CpuDevice(threads) : OpenAccelerator(kind, index);
    }

    internal static string Prefix(DeviceKind kind) => kind switch
    {
        DeviceKind.Cuda => "cuda",
        DeviceKind.OpenCl => "opencl",
        DeviceKind.Emulator => "emulator",
        _ => "cpu",
    };

    static (DeviceKind Kind, int Index) Parse(string id)
    {
        string[] parts = id.Split(':');
        DeviceKind? kind = parts[0] switch
        {
            "cpu" => DeviceKind.Cpu,
            "emulator" => DeviceKind.Emulator,
            "opencl" => DeviceKind.OpenCl,
            "cuda" => DeviceKind.Cuda,
            _ => null,
        };
        int index = 0;
        bool indexed = kind is DeviceKind.OpenCl or DeviceKind.Cuda;
        bool valid = kind is not null && (parts.Length == 1 ||
            (parts.Length == 2 && indexed && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)));
        return valid ? (kind!.Value, index) : throw new ArgumentException($"Unknown device '{id}': use {Allowed}.", nameof(id));
    }

    static string BestId()
    {
        if (ListAccelerators(DeviceKind.Cuda) is [{ Missing: null } cuda, ..]) return cuda.Id;
        using var context = CreateContext(DeviceKind.OpenCl);
        var devices = context.GetCLDevices();
        for (int i = 0; i < devices.Count; i++)
        {
            if (devices[i].DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_GPU)) return $"opencl:{i}";
        }

        return "cpu";
    }

    static AcceleratorDevice OpenAccelerator(DeviceKind kind, int index)
    {
        string id = kind == DeviceKind.Emulator ? Prefix(kind) : $"{Prefix(kind)}:{index}";
        var context = CreateContext(kind);
        try
        {
            var devices = Accelerators(context, kind);
            if (devices.Count == 0) throw new InvalidOperationException($"There is no device '{id}': {ReasonFor(kind)}. Use another of {Allowed}.");
            if (index >= devices.Count)
                throw new InvalidOperationException($"There is no device '{id}': {Prefix(kind)} has {devices.Count}, counted from 0. See `nin devices`.");
            return AcceleratorDevice.Open(id, kind, context, devices[index]);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    static List<DeviceInfo> ListAccelerators(DeviceKind kind)
    {
        using var context = CreateContext(kind);
        var devices = Accelerators(context, kind);
        return devices.Count == 0
            ? [new DeviceInfo(Prefix(kind), kind, Name: null, MemoryBytes: 0, IsDefault: false, ReasonFor(kind))]
            : [.. devices.Select((d, i) => new DeviceInfo($"{Prefix(kind)}:{i}", kind, d.Name.Trim(), d.MemorySize, IsDefault: false, Missing: null))];
    }

    static string ReasonFor(DeviceKind kind) =>
        NativeLibraries.Missing(kind) ?? (kind == DeviceKind.Cuda ? "the NVIDIA driver reports no device" : "no OpenCL driver reports a usable device");

    static IReadOnlyList<ILGPU.Runtime.Device> Accelerators(Context context, DeviceKind kind) => kind switch
    {
        DeviceKind.Cuda => [.. context.GetCudaDevices()],
        DeviceKind.OpenCl => [.. context.GetCLDevices()],
        _ => [.. context.GetCPUDevices()],
    };

    // O2 infers the address space of kernel pointers (O1 emits generic loads); it must not see a C# `switch` in a kernel.
    static Context CreateContext(DeviceKind kind)
    {
        NativeLibraries.InstallResolver();
        return Context.Create(builder =>
        {
            builder.Optimize(OptimizationLevel.O2).EnableAlgorithms();
            if (kind == DeviceKind.Cuda) builder.Cuda();
            else if (kind == DeviceKind.OpenCl) builder.OpenCL(AcceptWithoutGenericAddressSpace);
            else builder.CPU(new CPUDevice(numThreadsPerWarp: 2, numWarpsPerMultiprocessor: 1, Environment.ProcessorCount));
        });
    }

    static bool AcceptWithoutGenericAddressSpace(CLDevice device)
    {
        NativeLibraries.SetGenericAddressSpace(device.Capabilities, true);
        return device.CLStdVersion >= CLBackend.MinimumVersion;
    }
}
