using System.Runtime.InteropServices;
using Nin.PtxSimulator;
using Nin.PtxSimulator.Execution;
using Nin.PtxSimulator.Memory;
using Nin.PtxSimulator.Parsing;

namespace Nin.SimulatedCuda;

/// <summary>CUDA's error codes that this driver gives.</summary>
enum Code
{
    Success = 0,
    InvalidValue = 1,
    OutOfMemory = 2,
    NotSupported = 801,
    InvalidDevice = 101,
    InvalidPtx = 218,
    InvalidHandle = 400,
    IllegalState = 401,
    NotFound = 500,
    NotReady = 600,
    IllegalAddress = 700,
    AlreadyRegistered = 712,
    NotRegistered = 713,
    LaunchFailed = 719,
    CaptureUnsupported = 900,
    CaptureInvalidated = 901,
    CaptureIsolation = 905,
    CaptureImplicit = 906,
    CaptureWrongThread = 908,
}

/// <summary>The driver's state, and what its functions do. One function at a time.</summary>
sealed unsafe partial class Driver
{
    const long MemoryBytes = 8L << 30;

    public static readonly Driver Instance = new();

    readonly Dictionary<nint, object> handles = [];
    readonly Queue main = new(isBlocking: true);
    readonly List<Queue> streams = [];
    nint nextHandle = 0x1000;

    Driver()
    {
        Device = new SimulatedDevice(new DeviceMemory());
        streams.Add(main);
    }

    public Lock Gate { get; } = new();

    public SimulatedDevice Device { get; }

    /// <summary>Whether launches return at once and run nothing.</summary>
    public bool SkipsLaunches { get; set; }

    /// <summary>The first fault; every later call fails with it, as a context does that a kernel broke.</summary>
    public string? FaultText { get; private set; }

    public Code Fault { get; private set; }

    public void Recover()
    {
        FaultText = null;
        Fault = Code.Success;
    }

    public nint Keep(object item)
    {
        nint handle = nextHandle += 16;
        handles[handle] = item;
        return handle;
    }

    public T? Find<T>(nint handle)
        where T : class => handles.TryGetValue(handle, out object? item) ? item as T : null;

    public bool Forget(nint handle) => handles.Remove(handle);

    public Queue? Stream(nint handle) => handle is 0 or 1 or 2 ? main : Find<Queue>(handle);

    public nint CreateStream(bool isBlocking)
    {
        var queue = new Queue(isBlocking);
        streams.Add(queue);
        return Keep(queue);
    }

    public void CloseStream(nint handle)
    {
        Queue queue = Stream(handle)!;
        queue.Run();
        streams.Remove(queue);
        Forget(handle);
    }

    /// <summary>Queues work; with the default stream in the order that CUDA's legacy rule says.</summary>
    public void Add(Queue queue, Action work)
    {
        (Queue Stream, long Item)[] before = queue == main
            ? [.. streams.Where(s => s != main && s.IsBlocking).Select(s => (s, s.Queued))]
            : queue.IsBlocking ? [(main, main.Queued)] : [];
        queue.Add(() =>
        {
            foreach (var (stream, item) in before) stream.RunTo(item);
            work();
        });
    }

    /// <summary>Runs all that is queued.</summary>
    public void RunAll()
    {
        foreach (var stream in streams.ToArray()) stream.Run();
    }

    public Code Allocate(long bytes, out nint address)
    {
        address = 0;
        if (bytes <= 0) return Code.InvalidValue;
        if (RefuseUnsafe() is var refusal and not Code.Success) return refusal;
        if (Device.Memory.AllocatedBytes + bytes > MemoryBytes) return Code.OutOfMemory;
        address = (nint)Device.Memory.Allocate(bytes).Start;
        return Code.Success;
    }

    public static long TotalBytes => MemoryBytes;

    public long FreeBytes => MemoryBytes - Device.Memory.AllocatedBytes;

    public Code Free(nint address)
    {
        if (RefuseUnsafe() is var refusal and not Code.Success) return refusal;
        if (Device.Memory.Find((byte*)address) is not { } allocation || (nint)allocation.Start != address) return Code.InvalidValue;
        if (Use(p => allocation.Holds((byte*)p, 1)) is { } use)
            return Fail(Code.LaunchFailed, $"memcheck: memory of {allocation.Bytes:N0} bytes is freed while {use}, which uses it, is still queued");
        Device.Memory.Free((byte*)address);
        return Code.Success;
    }

    public Code Launch(nint function, Launch launch, nint stream)
    {
        if (Stream(stream) is not { } queue || Find<PtxProgram>(function) is not { } program) return Code.InvalidHandle;
        if (launch.Blocks <= 0 || launch.ThreadsPerBlock is <= 0 or > 1024 || launch.Grid.Y > 65535 || launch.Grid.Z > 65535
            || launch.Group.Z > 64 || program.SharedBytes + launch.DynamicSharedBytes > 48 << 10
            || (program.MaxThreads > 0 && launch.ThreadsPerBlock > program.MaxThreads)) return Code.InvalidValue;
        if (queue.Capture is null) SingleLaunches++;
        return Put(queue, () => Device.Run(program, launch), program.Name, Pointers(launch.Arguments));
    }

    /// <summary>Runs queued work, and keeps the fault that ends it.</summary>
    public Code Run(Action work)
    {
        if (Fault != Code.Success) return Fault;
        try
        {
            work();
        }
        catch (KernelFaultException fault)
        {
            return Fail(fault.Kind == FaultKind.Memcheck ? Code.IllegalAddress : Code.LaunchFailed, fault.Message);
        }

        return Fault;
    }

    public Code Load(string text, out nint module, out string log)
    {
        module = 0;
        log = "";
        if (RefuseUnsafe() is var refusal and not Code.Success) return refusal;
        try
        {
            module = Keep(PtxProgram.Load(text));
            return Code.Success;
        }
        catch (PtxException refused)
        {
            log = refused.Message;
            FaultText = log;
            return Code.InvalidPtx;
        }
    }

    /// <summary>The first queued work that was given a pointer of a kind; null where there is none.</summary>
    string? Use(Predicate<nint> isOne)
    {
        foreach (var stream in streams)
        {
            foreach (var (_, pointers, name) in stream.Uses)
            {
                if (Array.Exists(pointers, isOne)) return name;
            }
        }

        return null;
    }

    Code Fail(Code code, string text)
    {
        if (Fault == Code.Success) (Fault, FaultText) = (code, text);
        return code;
    }

    static nint[] Pointers(byte[] arguments)
    {
        var pointers = new nint[arguments.Length / sizeof(nint)];
        for (int i = 0; i < pointers.Length; i++) pointers[i] = MemoryMarshal.Read<nint>(arguments.AsSpan(i * sizeof(nint)));
        return pointers;
    }
}
