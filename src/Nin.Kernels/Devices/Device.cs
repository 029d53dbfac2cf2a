using ILGPU.Runtime;
using Nin.Ops;

namespace Nin;

/// <summary>
/// A place where networks run. It owns the kernels that it compiled, its threads and its memory; none of these is static.
/// </summary>
public abstract class Device : IDisposable
{
    private protected Device(string id, string name, long memoryBytes, DeviceProfile profile)
    {
        Id = id;
        Name = name;
        MemoryBytes = memoryBytes;
        Profile = profile;
        Kernels = new KernelCatalog(this);
    }

    /// <summary>The most threads that the CPU can be opened with: far above any machine's cores, far below what ends a process.</summary>
    public const int MaxThreads = 1024;

    /// <summary>The name that <see cref="Open"/> takes: <c>cpu</c>, <c>emulator</c>, <c>opencl:0</c>, <c>cuda:0</c>.</summary>
    public string Id { get; }

    /// <summary>What runs the kernels.</summary>
    public DeviceKind Kind => Profile.Kind;

    /// <summary>The manufacturer's name for it.</summary>
    public string Name { get; }

    /// <summary>Bytes of memory that it has.</summary>
    public long MemoryBytes { get; }

    /// <summary>Bytes of memory that buffers on it take at present.</summary>
    public long AllocatedBytes => Interlocked.Read(ref allocatedBytes);

    /// <summary>Bytes that the device keeps for future buffers, in addition to those that buffers take.</summary>
    public virtual long CachedBytes => 0;

    /// <summary>
    /// Bytes that can still be taken, as far as the device says: what other programs hold is known on CUDA only, and a piece of memory in one is
    /// smaller where the rest lies in parts.
    /// </summary>
    public long AvailableBytes => Math.Max(0, FreeBytes + CachedBytes ?? MemoryBytes - AllocatedBytes);

    /// <summary>Threads that compute an op at the same time on the CPU; 1 elsewhere.</summary>
    public virtual int Threads => 1;

    /// <summary>Bits of the registers that the CPU computes with, on which the bits of results depend; 0 elsewhere.</summary>
    public virtual int RegisterBits => 0;

    /// <summary>How exactly it computes products, as it was opened.</summary>
    public Precision Precision => Profile.Precision;

    internal DeviceProfile Profile { get; }

    internal KernelCatalog Kernels { get; }

    /// <summary>True where a copy to the device can run while an op does: <see cref="TensorUpload"/>.</summary>
    internal virtual bool CopiesBesideWork => false;

    long allocatedBytes;

    /// <summary>The best device of this machine: CUDA, else an OpenCL GPU, else the CPU.</summary>
    /// <param name="passedOver">Called with each better kind that was not used, and the reason.</param>
    /// <param name="precision">How exactly products are computed, where the device has a choice.</param>
    /// <exception cref="ArgumentOutOfRangeException">The precision is not a valid one.</exception>
    public static Device Best(Action<DeviceInfo>? passedOver = null, Precision precision = Precision.Float32) =>
        DeviceDiscovery.OpenBest(threads: 0, passedOver, Checked(precision));

    /// <summary>Opens a device by its id.</summary>
    /// <param name="id"><c>auto</c>, <c>cpu</c>, <c>emulator</c>, <c>opencl[:i]</c> or <c>cuda[:i]</c>.</param>
    /// <param name="threads">Threads on the CPU; 0 for one per core. Results do not depend on it.</param>
    /// <param name="passedOver">For <c>auto</c>: called with each better kind that was not used, and the reason.</param>
    /// <param name="precision">How exactly products are computed, where the device has a choice.</param>
    /// <exception cref="ArgumentException">The id is unknown, or the precision is not a valid one.</exception>
    /// <exception cref="InvalidOperationException">There is no such device, or it does not open; the message says why.</exception>
    public static Device Open(
        string id, int threads = 0, Action<DeviceInfo>? passedOver = null, Precision precision = Precision.Float32) =>
        DeviceDiscovery.Open(id, threads, passedOver, Checked(precision));

    /// <summary>
    /// Uses an accelerator that the host program opened; disposing the device leaves it open. Its context must be able to compile the
    /// kernels: <see cref="KernelContext.EnableNin"/>.
    /// </summary>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="precision">How exactly products are computed, where the device has a choice.</param>
    /// <exception cref="ArgumentException">
    /// A kernel does not compile or load there, and the message says what the context lacks; or the precision is not a valid one.
    /// </exception>
    public static Device From(Accelerator accelerator, Precision precision = Precision.Float32)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        return AcceleratorDevice.From(accelerator, Checked(precision));
    }

    static Precision Checked(Precision precision) => Enum.IsDefined(precision)
        ? precision
        : throw new ArgumentOutOfRangeException(
            nameof(precision), precision, $"Unknown precision {(int)precision}: use {string.Join(", ", Enum.GetNames<Precision>())}.");

    /// <summary>Allocates memory whose content is undefined.</summary>
    /// <param name="length">Float32 elements.</param>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory; the message has both byte counts.</exception>
    public DeviceBuffer Allocate(long length) => Allocate(length, zeros: false);

    /// <summary>
    /// Allocates memory that is zero. On the CPU, where it is megabytes, the system gives a page of it when something is first written there, so that the
    /// gradients of what is frozen, and an optimiser's state of it, take none.
    /// </summary>
    /// <inheritdoc cref="Allocate(long)" path="/param|/exception"/>
    internal DeviceBuffer AllocateZeros(long length) => Allocate(length, zeros: true);

    DeviceBuffer Allocate(long length, bool zeros)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length > long.MaxValue / sizeof(float)) throw Insufficient(long.MaxValue, inner: null);
        long bytes = length * sizeof(float);
        DeviceBuffer buffer;
        try
        {
            buffer = AllocateCore(length, zeros);
            Interlocked.Add(ref allocatedBytes, bytes);
        }
        catch (Exception exception) when (exception is OutOfMemoryException or AcceleratorException)
        {
            throw Insufficient(bytes, exception);
        }

        // A fault of an earlier kernel may show here, and is none of the memory.
        if (zeros && buffer is AcceleratorBuffer onAccelerator) onAccelerator.Clear();
        return buffer;
    }

    InsufficientMemoryException Insufficient(long bytes, Exception? inner)
    {
        string kept = CachedBytes > 0 ? $", {CachedBytes:N0} are kept for reuse" : "";
        string free = FreeBytes is { } count ? $" and {count:N0} are free" : "";
        return new InsufficientMemoryException(
            $"{Id} cannot give {bytes:N0} bytes: it has {MemoryBytes:N0}, of which this process holds {AllocatedBytes:N0}{kept}{free}. " +
            "Use a smaller batch.", inner);
    }

    /// <summary>Bytes that no program holds; null where the device does not say.</summary>
    private protected virtual long? FreeBytes => null;

    internal void Released(DeviceBuffer buffer) => Interlocked.Add(ref allocatedBytes, -buffer.Length * sizeof(float));

    /// <summary>A stream in the order of the device's main queue, with scratch of its own.</summary>
    internal abstract DeviceStream CreateStream();

    /// <summary>A stream that runs in parallel with all others. What it shares with them is noted: <see cref="DeviceStream.Reads"/>.</summary>
    internal virtual DeviceStream CreateOwnStream() => CreateStream();

    /// <param name="length">Elements.</param>
    /// <param name="zeros">Whether the host's memory must be zero; an accelerator's is cleared afterwards.</param>
    private protected abstract DeviceBuffer AllocateCore(long length, bool zeros);

    /// <summary>Waits for all queued work.</summary>
    public abstract void Synchronize();

    /// <summary>Releases threads, kernels and the accelerator.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    private protected abstract void Dispose(bool disposing);

    /// <inheritdoc/>
    public override string ToString() => $"{Id} ({Name})";
}
