using System.Collections.Concurrent;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Nin.Ops;

namespace Nin;

/// <summary>An ILGPU accelerator: CUDA, OpenCL, or the CPU accelerator as emulator.</summary>
sealed class AcceleratorDevice : Device
{
    const int MaxGroups = 1 << 20;

    // No device has this much; beyond it, counting bytes overflows.
    const long AbsurdBytes = 1L << 50;

    readonly Context? context;
    readonly bool ownsAccelerator;
    readonly CachingArena arena;
    readonly QueueOrder? order;
    readonly ConcurrentBag<AcceleratorStream> spareQueues = [];
    readonly ConcurrentQueue<ArenaRange> abandoned = [];
    long waits;

    AcceleratorDevice(string id, Accelerator accelerator, Context? context, DeviceProfile profile)
        : base(id, accelerator.Name, MemoryOf(profile.Kind, accelerator), profile)
    {
        Accelerator = accelerator;
        this.context = context;
        ownsAccelerator = context is not null;
        arena = new CachingArena(length => accelerator.Allocate1D<float>(length), CachingArena.MayKeep);
        order = QueueOrder.Of(profile.Kind);
        Ptx = ownsAccelerator ? PtxKernels.Of(accelerator) : null;
        // An accelerator's owner may wait for all of it at any time, which spoils a recording.
        Graphs = ownsAccelerator ? CudaGraphs.Of(this) : null;
        Launches = new LaunchCatalog(this);
    }

    public Accelerator Accelerator { get; }

    /// <summary>Kernels that an earlier process compiled; null where none are kept.</summary>
    public PtxKernels? Ptx { get; }

    /// <summary>What replays the launches of passes; null where they are queued one by one.</summary>
    public CudaGraphs? Graphs { get; }

    /// <summary>Is told of each launch; null for none.</summary>
    public LaunchWatch? Watch { get; set; }

    /// <summary>Kernels of steps outside the library.</summary>
    public LaunchCatalog Launches { get; }

    /// <summary>Opens an accelerator in a context of its own, which is disposed with it.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="context">The context, whose owner the device becomes.</param>
    /// <param name="device">Which one.</param>
    /// <param name="precision">How exactly products are computed.</param>
    /// <param name="adjust">Changes the profile: tests ask for variants that a device would not choose.</param>
    public static AcceleratorDevice Open(
        string id, DeviceKind kind, Context context, ILGPU.Runtime.Device device, Precision precision,
        Func<DeviceProfile, DeviceProfile>? adjust = null)
    {
        var accelerator = device.CreateAccelerator(context);
        var profile = ProfileOf(kind, accelerator, precision);
        return new(id, accelerator, context, adjust?.Invoke(profile) ?? profile);
    }

    /// <summary>Uses an accelerator that its owner keeps.</summary>
    /// <exception cref="ArgumentException">Its context cannot compile the kernels.</exception>
    public static new AcceleratorDevice From(Accelerator accelerator, Precision precision)
    {
        if (!AcceleratorSupport.IsIncluded) throw AcceleratorSupport.Missing();
        AcceleratorRequirements.Check(accelerator);
        var kind = accelerator.AcceleratorType switch
        {
            AcceleratorType.Cuda => DeviceKind.Cuda,
            AcceleratorType.OpenCL => DeviceKind.OpenCl,
            _ => DeviceKind.Emulator,
        };
        return new AcceleratorDevice(DeviceId.Prefix(kind), accelerator, context: null, ProfileOf(kind, accelerator, precision));
    }

    /// <summary>
    /// The launch of a kernel whose threads stride over <paramref name="total"/> items: enough groups for all, or as many as keep the device
    /// busy. Few items make small groups, so that each multiprocessor gets some; of two sizes only, because OpenCL on a processor compiles
    /// a kernel for each.
    /// </summary>
    public KernelConfig Over(long total)
    {
        bool isShort = total < 2L * Profile.GroupSize * Accelerator.NumMultiprocessors;
        int size = isShort ? Profile.ShortGroupSize : Profile.GroupSize;
        long groups = (total + size - 1) / size;
        if (Profile.Groups > 0) groups = Math.Min(groups, Profile.Groups);
        return new KernelConfig((int)Math.Clamp(groups, 1, MaxGroups), size);
    }

    /// <summary>How often the host waited for a queue, which a training step must not do.</summary>
    public long Waits => Interlocked.Read(ref waits);

    /// <summary>The launch of a kernel whose groups, of so many threads each, stride over <paramref name="tiles"/>.</summary>
    public KernelConfig Groups(long tiles, int threads)
    {
        long groups = Profile.Groups > 0 ? Math.Min(tiles, Profile.Groups) : tiles;
        return new KernelConfig((int)Math.Clamp(groups, 1, MaxGroups), threads);
    }

    public bool IsDisposed { get; private set; }

    internal override bool CopiesBesideWork => true;

    public override long CachedBytes => arena.CachedBytes;

    internal override DeviceStream CreateStream() => new AcceleratorDeviceStream(this, Accelerator.DefaultStream);

    internal override DeviceStream CreateOwnStream()
    {
        Accelerator.Bind();
        return new AcceleratorDeviceStream(this, spareQueues.TryTake(out var queue) ? queue : Accelerator.CreateStream());
    }

    /// <summary>Takes back a queue whose work is done. It is never closed before the device: memory still refers to it.</summary>
    public void Return(AcceleratorStream queue)
    {
        if (queue != Accelerator.DefaultStream) spareQueues.Add(queue);
    }

    /// <summary>Makes what is queued from now on in <paramref name="then"/> wait for what <paramref name="first"/> holds now.</summary>
    public void Order(AcceleratorStream first, AcceleratorStream then)
    {
        // The emulator's launches and copies are done when they return.
        if (first == then || Kind == DeviceKind.Emulator) return;
        Graphs?.Submit(first);
        if (order is null)
        {
            WaitFor(first);
            return;
        }

        Accelerator.Bind();
        order.Put(first, then);
    }

    /// <summary>Returns when all work of a queue is done.</summary>
    public void WaitFor(AcceleratorStream queue)
    {
        Graphs?.Submit(queue);
        queue.Synchronize();
        CountWait();
    }

    /// <summary>Called for waits inside ILGPU's copies.</summary>
    public void CountWait() => Interlocked.Increment(ref waits);

    private protected override DeviceBuffer AllocateCore(long length, bool zeros)
    {
        if (length > Math.Min(Accelerator.MemorySize, AbsurdBytes) / sizeof(float)) throw new InsufficientMemoryException();
        Accelerator.Bind();
        Reclaim();
        return new AcceleratorBuffer(this, length, arena.Allocate(length));
    }

    /// <summary>Takes back the memory of a buffer once no queue uses it.</summary>
    public void Give(AcceleratorBuffer buffer)
    {
        if (IsDisposed) return;
        buffer.Uses.WaitForAll();
        arena.Give(buffer.Range);
    }

    /// <summary>Takes back memory that its owner forgot. The finaliser's thread must not wait for a device: the next allocation does.</summary>
    public void Abandon(ArenaRange range) => abandoned.Enqueue(range);

    void Reclaim()
    {
        if (abandoned.IsEmpty) return;
        Synchronize();
        while (abandoned.TryDequeue(out var range)) arena.Give(range);
    }

    public override void Synchronize()
    {
        if (Graphs is null)
        {
            Accelerator.Synchronize();
        }
        else
        {
            Graphs.Submit();
            lock (Graphs.Gate) Accelerator.Synchronize();
        }

        CountWait();
    }

    private protected override long? FreeBytes => Accelerator is CudaAccelerator cuda ? cuda.GetFreeMemory() : null;

    private protected override void Dispose(bool disposing)
    {
        if (IsDisposed) return;
        IsDisposed = true;
        foreach (var queue in spareQueues) queue.Dispose();
        Graphs?.Dispose();
        arena.Dispose();
        if (!ownsAccelerator) return;
        Accelerator.Dispose();
        context!.Dispose();
    }

    // The CPU accelerator reports unlimited memory.
    static long MemoryOf(DeviceKind kind, Accelerator accelerator) =>
        kind == DeviceKind.Emulator ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : accelerator.MemorySize;

    // The CPU accelerator ends every group with a barrier over its threads, so there a group is one thread with a long share of the work.
    static DeviceProfile ProfileOf(DeviceKind kind, Accelerator accelerator, Precision precision) => kind == DeviceKind.Emulator
        ? new DeviceProfile(kind, GroupSize: 1, Groups: accelerator.NumMultiprocessors, Precision: precision)
        : new DeviceProfile(
            kind, GroupSize: Math.Min(256, accelerator.MaxNumThreadsPerGroup), Groups: 0, GroupsCooperate: IsGpu(accelerator),
            HasTensorCores: accelerator is CudaAccelerator { Architecture.Major: >= 8 }, precision);

    // OpenCL on a processor runs the threads of a group one after the other, and each barrier cuts their loops in two.
    static bool IsGpu(Accelerator accelerator) =>
        accelerator is CudaAccelerator or CLAccelerator { DeviceType: CLDeviceType.CL_DEVICE_TYPE_GPU };
}

/// <summary>Checks what the portable kernels need of an accelerator that somebody else opened, with a kernel that uses it.</summary>
static class AcceleratorRequirements
{
    /// <exception cref="ArgumentException">The kernel does not compile or load.</exception>
    public static void Check(Accelerator accelerator)
    {
        try
        {
            accelerator.LoadKernel<ArrayView<float>>(Everything);
        }
#pragma warning disable CA1031 // ILGPU's compiler, the driver's and the loader each throw exceptions of their own.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            throw new ArgumentException(
                $"The accelerator {accelerator.Name} cannot run the kernels: {DriverError.Of(exception)}. " +
                "Create its context with builder.EnableNin().", nameof(accelerator), exception);
        }
    }

    static void Everything(ArrayView<float> values)
    {
        var shared = SharedMemory.Allocate<float>(1);
        if (Group.IdxX == 0) shared[0] = XMath.Exp(values[0]);
        Group.Barrier();
        values[Group.IdxX] = FusedMultiplyAdd.Of(XMath.Sqrt(shared[0]), XMath.Log(shared[0]), 1f);
    }
}
