using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Nin;

/// <summary>An ILGPU accelerator: CUDA, OpenCL, or the CPU accelerator as emulator.</summary>
sealed class AcceleratorDevice : Device
{
    const int MaxGroups = 1 << 20;
    const int TileGroupSize = 128;
    const int ShortGroupSize = 32;

    readonly Context? context;
    readonly bool ownsAccelerator;

    AcceleratorDevice(string id, DeviceKind kind, Accelerator accelerator, Context? context)
        : base(id, accelerator.Name, MemoryOf(kind, accelerator), ProfileOf(kind, accelerator))
    {
        Accelerator = accelerator;
        this.context = context;
        ownsAccelerator = context is not null;
    }

    public Accelerator Accelerator { get; }

    /// <summary>Opens an accelerator in a context of its own, which goes with it.</summary>
    public static AcceleratorDevice Open(string id, DeviceKind kind, Context context, ILGPU.Runtime.Device device) =>
        new(id, kind, device.CreateAccelerator(context), context);

    /// <summary>Uses an accelerator that stays its owner's.</summary>
    /// <exception cref="ArgumentException">Its context cannot compile the kernels.</exception>
    public static new AcceleratorDevice From(Accelerator accelerator)
    {
        AcceleratorRequirements.Check(accelerator);
        var kind = accelerator.AcceleratorType switch
        {
            AcceleratorType.Cuda => DeviceKind.Cuda,
            AcceleratorType.OpenCL => DeviceKind.OpenCl,
            _ => DeviceKind.Emulator,
        };
        return new AcceleratorDevice(DeviceId.Prefix(kind), kind, accelerator, context: null);
    }

    /// <summary>
    /// The launch of a kernel whose threads stride over <paramref name="total"/> items: enough groups for all, or as many as keep the device
    /// busy. Few items make small groups, so that each multiprocessor gets some; of two sizes only, because OpenCL on a processor compiles
    /// a kernel for each.
    /// </summary>
    public KernelConfig Over(long total)
    {
        bool isShort = total < 2L * Profile.GroupSize * Accelerator.NumMultiprocessors;
        int size = isShort ? Math.Min(Profile.GroupSize, ShortGroupSize) : Profile.GroupSize;
        long groups = (total + size - 1) / size;
        if (Profile.Groups > 0) groups = Math.Min(groups, Profile.Groups);
        return new KernelConfig((int)Math.Clamp(groups, 1, MaxGroups), size);
    }

    /// <summary>The launch of a kernel whose groups stride over <paramref name="tiles"/>, with shared memory of a fixed size.</summary>
    public KernelConfig Tiles(long tiles)
    {
        long groups = Profile.Groups > 0 ? Math.Min(tiles, Profile.Groups) : tiles;
        return new KernelConfig((int)Math.Clamp(groups, 1, MaxGroups), Math.Min(Profile.GroupSize, TileGroupSize));
    }

    internal override DeviceStream CreateStream() => new AcceleratorDeviceStream(this, Accelerator.DefaultStream);

    private protected override DeviceBuffer AllocateCore(long length) =>
        new AcceleratorBuffer(this, Accelerator.Allocate1D<float>(Math.Max(length, 1)));

    public override void Synchronize() => Accelerator.Synchronize();

    private protected override long? FreeBytes => Accelerator is CudaAccelerator cuda ? cuda.GetFreeMemory() : null;

    private protected override void Dispose(bool disposing)
    {
        if (!ownsAccelerator) return;
        Accelerator.Dispose();
        context!.Dispose();
    }

    // The CPU accelerator says that its memory has no end.
    static long MemoryOf(DeviceKind kind, Accelerator accelerator) =>
        kind == DeviceKind.Emulator ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : accelerator.MemorySize;

    // The CPU accelerator ends every group with a barrier over its threads, so there a group is one thread with a long share of the work.
    static DeviceProfile ProfileOf(DeviceKind kind, Accelerator accelerator) => kind == DeviceKind.Emulator
        ? new DeviceProfile(kind, GroupSize: 1, Groups: accelerator.NumMultiprocessors)
        : new DeviceProfile(kind, GroupSize: Math.Min(256, accelerator.MaxNumThreadsPerGroup), Groups: 0);
}
