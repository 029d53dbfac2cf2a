using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.OpenCL;
using ILGPU.IR;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Nin.Ops;

namespace Nin;

/// <summary>The accelerators of one kind in an ILGPU context of their own, with the options that the kernels are written for.</summary>
sealed class Accelerators : IDisposable
{
    readonly DeviceKind kind;
    bool contextIsTaken;

    public Accelerators(DeviceKind kind)
    {
        this.kind = kind;
        NativeLibraries.InstallResolver();
        var missing = kind switch
        {
            DeviceKind.Cuda => CudaDriver.Missing(),
            DeviceKind.OpenCl => OpenClDrivers.Missing(),
            _ => null,
        };
        Context = CreateContext(missing is null);
        Found = kind switch
        {
            DeviceKind.Cuda => [.. Context.GetCudaDevices()],
            DeviceKind.OpenCl => [.. Context.GetCLDevices()],
            _ => [.. Context.GetCPUDevices()],
        };
        Missing = Found is [] ? missing ?? Unusable() : null;
    }

    public Context Context { get; }

    public IReadOnlyList<ILGPU.Runtime.Device> Found { get; }

    /// <summary>Why there is none; null where there is one.</summary>
    public MissingReason? Missing { get; }

    /// <summary>The index of the first GPU, or -1.</summary>
    public int FirstGpu() =>
        Found.ToList().FindIndex(d => d is not CLDevice cl || cl.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_GPU));

    /// <summary>Opens one; the context goes with the device from there on.</summary>
    /// <exception cref="InvalidOperationException">There is no such accelerator, or its driver fails.</exception>
    /// <param name="index">Which one.</param>
    /// <param name="precision">How exactly products are computed.</param>
    /// <param name="adjust">Changes the profile, for tests.</param>
    public AcceleratorDevice Open(int index, Precision precision = Precision.Float32, Func<DeviceProfile, DeviceProfile>? adjust = null)
    {
        var id = new DeviceId(kind, index);
        if (Missing is { } reason)
            throw new InvalidOperationException($"There is no device '{id}': {reason.Text}. Use another of {DeviceId.Allowed}.");
        if (index >= Found.Count)
            throw new InvalidOperationException(
                $"There is no device '{id}': {DeviceId.Prefix(kind)} has {Found.Count}, counted from 0. See `nin devices`.");
        try
        {
            var device = AcceleratorDevice.Open(id.ToString(), kind, Context, Found[index], precision, adjust);
            contextIsTaken = true;
            return device;
        }
        catch (Exception exception) when (exception is AcceleratorException or NotSupportedException or TypeLoadException)
        {
            string name = Found[index].Name.Trim();
            throw new InvalidOperationException(
                $"The device '{id}' ({name}) does not open: {DriverError.Of(exception)}. Use another of {DeviceId.Allowed}.", exception);
        }
    }

    public void Dispose()
    {
        if (!contextIsTaken) Context.Dispose();
    }

    Context CreateContext(bool hasDriver) => Context.Create(builder =>
    {
        builder.EnableNin();
        if (!hasDriver) return;
        if (kind == DeviceKind.Cuda) builder.Cuda();
        else if (kind == DeviceKind.OpenCl) builder.OpenCL(AcceptWithoutGenericAddressSpace);
        else builder.CPU(new CPUDevice(numThreadsPerWarp: 2, numWarpsPerMultiprocessor: 1, Environment.ProcessorCount));
    });

    MissingReason Unusable() => kind == DeviceKind.Cuda
        ? new MissingReason("the NVIDIA driver has a device, but not all functions that ILGPU needs", IsBroken: true)
        : new MissingReason("no OpenCL driver reports a usable device (OpenCL C 2.0 or later)", IsBroken: false);

    static bool AcceptWithoutGenericAddressSpace(CLDevice device)
    {
        NativeLibraries.SetGenericAddressSpace(device.Capabilities, true);
        return device.CLStdVersion >= CLBackend.MinimumVersion;
    }
}

/// <summary>What an ILGPU context needs for Nin's kernels.</summary>
public static class KernelContext
{
    /// <summary>
    /// Optimisation level O2, ILGPU's algorithms, and the instructions that Nin adds to ILGPU's. A host program that opens its own
    /// accelerator for <see cref="Device.From"/> calls it next to <c>.Cuda()</c> or <c>.OpenCL()</c>, before <c>ToContext()</c>.
    /// </summary>
    public static Context.Builder EnableNin(this Context.Builder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // O2 infers the address space of kernel pointers (O1 emits generic loads); it fails on a C# `switch`, so kernels must have none.
        builder.Optimize(OptimizationLevel.O2).EnableAlgorithms();
        FusedMultiplyAdd.Register(builder.GetIntrinsicManager());
        AsyncCopy.Register(builder.GetIntrinsicManager());
        OffsetLoad.Register(builder.GetIntrinsicManager());
        TensorCore.Register(builder.GetIntrinsicManager());
        return builder;
    }
}
