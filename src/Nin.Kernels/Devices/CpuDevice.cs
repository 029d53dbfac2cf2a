using System.Runtime.InteropServices;
using Nin.Ops;

namespace Nin;

/// <summary>The processor, through vectorised managed code. Opens no ILGPU context, unless a step from outside the library has a kernel and no managed code.</summary>
sealed class CpuDevice : Device
{
    readonly Lazy<KernelHost> host = new(() => new KernelHost());

    /// <param name="threads">Threads; 0 for one a core.</param>
    /// <param name="width">Bits of the registers that ops compute with; 0 for the widest of the machine. Another one is for tests.</param>
    /// <param name="precision">What was asked for; products are float32 whatever it is.</param>
    /// <param name="memoryBytes">Bytes that buffers may take; 0 for what the process may have. Another number is for tests.</param>
    public CpuDevice(int threads, int width = 0, Precision precision = Precision.Float32, long memoryBytes = 0)
        : base("cpu", ProcessorName(), memoryBytes > 0 ? memoryBytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, new DeviceProfile(DeviceKind.Cpu, Precision: precision)) =>
        Pool = new WorkerPool(threads > 0 ? threads : Environment.ProcessorCount) { Width = width > 0 ? width : SimdWidth.Best };

    public WorkerPool Pool { get; }

    /// <summary>Runs kernels over this device's memory.</summary>
    public KernelHost KernelHost => host.Value;

    public override int Threads => Pool.Threads;

    public override int RegisterBits => Pool.Width;

    /// <summary>Runs the pieces 0 to <paramref name="count"/> - 1 of a job on all threads and returns when all are done.</summary>
    public void Run<TJob>(int count, in TJob job)
        where TJob : struct, ILanesJob =>
        SimdWidth.Run(Pool, count, job);

    internal override DeviceStream CreateStream() => new CpuStream(this);

    // The system promises more than it has, and ends the process that takes it at its word.
    private protected override DeviceBuffer AllocateCore(long length, bool zeros) =>
        length * sizeof(float) <= AvailableBytes ? new CpuBuffer(this, length, zeros) : throw new InsufficientMemoryException();

    public override void Synchronize()
    {
    }

    private protected override void Dispose(bool disposing)
    {
        Pool.Dispose();
        if (host.IsValueCreated) host.Value.Dispose();
    }

    static string ProcessorName()
    {
        const string Key = "model name";
        try
        {
            string? line = OperatingSystem.IsLinux()
                ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal))
                : null;
            string name = line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
            return $"{name}, {Environment.ProcessorCount} threads, {SimdWidth.Best} bits";
        }
        catch (IOException)
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }
    }

    sealed class CpuStream(CpuDevice device) : DeviceStream(device)
    {
        public override void Synchronize()
        {
        }
    }
}
