using System.Runtime.InteropServices;
using System.Text;
using Nin.PtxSimulator.Execution;

namespace Nin.SimulatedCuda;

/// <summary>The functions of the CUDA driver that ILGPU 1.5.3 and Nin call (NVIDIA, <i>CUDA Driver API</i>), under their names.</summary>
static unsafe class Exports
{
    const int Version = 12040;
    const uint NonBlocking = 1;

    static readonly byte* ErrorText = (byte*)NativeMemory.AllocZeroed(2048);

    static Driver Driver => Driver.Instance;

    [UnmanagedCallersOnly(EntryPoint = "cuInit")]
    static int Init(uint flags) => 0;

    [UnmanagedCallersOnly(EntryPoint = "cuDriverGetVersion")]
    static int GetVersion(int* version)
    {
        *version = Version;
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuGetErrorString")]
    static int GetErrorString(int error, byte** text)
    {
        lock (Driver.Gate)
        {
            string message = Driver.FaultText is { } fault && (error >= 200 || error == (int)Driver.Fault) ? $"{(Code)error}: {fault}" : $"{(Code)error}";
            int length = Encoding.UTF8.GetBytes(message, new Span<byte>(ErrorText, 2047));
            ErrorText[length] = 0;
            *text = ErrorText;
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "cuDeviceGet")]
    static int DeviceGet(int* device, int ordinal)
    {
        *device = 0;
        return ordinal == 0 ? 0 : (int)Code.InvalidDevice;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuDeviceGetCount")]
    static int DeviceGetCount(int* count)
    {
        *count = 1;
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuDeviceGetName")]
    static int DeviceGetName(byte* name, int length, int device)
    {
        var text = new Span<byte>(name, length);
        text.Clear();
        "Simulated sm_90"u8.CopyTo(text);
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuDeviceTotalMem_v2")]
    static int DeviceTotalMem(nint* bytes, int device)
    {
        *bytes = (nint)Driver.TotalBytes;
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuDeviceGetAttribute")]
    static int DeviceGetAttribute(int* value, int attribute, int device)
    {
        *value = DeviceAttributes.Of(attribute);
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuDeviceCanAccessPeer")]
    static int CanAccessPeer(int* can, int device, int peer)
    {
        *can = 0;
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuDeviceGetP2PAttribute")]
    static int P2PAttribute(int* value, int attribute, int source, int target) => (int)Code.NotSupported;

    [UnmanagedCallersOnly(EntryPoint = "cuCtxCreate_v2")]
    static int CtxCreate(nint* context, int flags, int device)
    {
        lock (Driver.Gate) *context = Driver.Keep(new object());
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuCtxDestroy_v2")]
    static int CtxDestroy(nint context) => Do(d => d.Forget(context) ? d.Run(d.RunAll) : Code.InvalidHandle);

    [UnmanagedCallersOnly(EntryPoint = "cuCtxSetCurrent")]
    static int CtxSetCurrent(nint context) => 0;

    [UnmanagedCallersOnly(EntryPoint = "cuCtxSynchronize")]
    static int CtxSynchronize() => Do(d => d.RefuseInAnyCapture() is var refusal and not Code.Success ? refusal : d.Run(d.RunAll));

    [UnmanagedCallersOnly(EntryPoint = "cuCtxGetCacheConfig")]
    static int CtxGetCacheConfig(int* config)
    {
        *config = 0;
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuCtxSetCacheConfig")]
    static int CtxSetCacheConfig(int config) => 0;

    [UnmanagedCallersOnly(EntryPoint = "cuCtxGetSharedMemConfig")]
    static int CtxGetSharedMemConfig(int* config)
    {
        *config = 1;
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuCtxSetSharedMemConfig")]
    static int CtxSetSharedMemConfig(int config) => 0;

    [UnmanagedCallersOnly(EntryPoint = "cuCtxEnablePeerAccess")]
    static int EnablePeerAccess(nint context, int flags) => (int)Code.NotSupported;

    [UnmanagedCallersOnly(EntryPoint = "cuCtxDisablePeerAccess")]
    static int DisablePeerAccess(nint context) => (int)Code.NotSupported;

    [UnmanagedCallersOnly(EntryPoint = "cuMemAlloc_v2")]
    static int MemAlloc(nint* address, nint bytes)
    {
        lock (Driver.Gate)
        {
            if (Driver.Fault != Code.Success) return (int)Driver.Fault;
            Code code = Driver.Allocate(bytes, out nint allocated);
            *address = allocated;
            return (int)code;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "cuMemFree_v2")]
    static int MemFree(nint address) => Do(d => d.Free(address));

    [UnmanagedCallersOnly(EntryPoint = "cuMemGetInfo_v2")]
    static int MemGetInfo(nint* free, nint* total)
    {
        lock (Driver.Gate)
        {
            *free = (nint)Driver.FreeBytes;
            *total = (nint)Driver.TotalBytes;
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "cuMemAllocHost_v2")]
    static int MemAllocHost(nint* address, nint bytes)
    {
        lock (Driver.Gate)
        {
            Code code = Driver.AllocateHost(bytes, out nint allocated);
            *address = allocated;
            return (int)code;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "cuMemFreeHost")]
    static int MemFreeHost(nint address) => Do(d => d.FreeHost(address));

    [UnmanagedCallersOnly(EntryPoint = "cuMemHostRegister_v2")]
    static int MemHostRegister(nint address, nint bytes, int flags) => Do(d => d.Register(address, bytes));

    [UnmanagedCallersOnly(EntryPoint = "cuMemHostUnregister")]
    static int MemHostUnregister(nint address) => Do(d => d.Unregister(address));

    [UnmanagedCallersOnly(EntryPoint = "cuMemHostGetDevicePointer_v2")]
    static int MemHostGetDevicePointer(nint* device, nint host, int flags)
    {
        *device = host;
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuPointerGetAttribute")]
    static int PointerGetAttribute(void* target, int attribute, nint pointer)
    {
        const int MemoryType = 2, Host = 1, OnDevice = 2;
        if (attribute != MemoryType) return (int)Code.NotSupported;
        lock (Driver.Gate)
        {
            *(int*)target = Driver.Device.Memory.Find((byte*)pointer) is null ? Host : OnDevice;
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "cuMemcpyAsync")]
    static int MemcpyAsync(nint target, nint source, nint bytes, nint stream) => Do(d => d.CopyAsync(target, source, bytes, stream));

    [UnmanagedCallersOnly(EntryPoint = "cuMemsetD8Async")]
    static int MemsetAsync(nint target, byte value, nint bytes, nint stream) => Do(d => d.Fill(target, value, bytes, stream));

    [UnmanagedCallersOnly(EntryPoint = "cuStreamCreate")]
    static int StreamCreate(nint* stream, uint flags)
    {
        lock (Driver.Gate) *stream = Driver.CreateStream((flags & NonBlocking) == 0);
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuStreamCreateWithPriority")]
    static int StreamCreateWithPriority(nint* stream, uint flags, int priority)
    {
        lock (Driver.Gate) *stream = Driver.CreateStream((flags & NonBlocking) == 0);
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuStreamDestroy_v2")]
    static int StreamDestroy(nint stream) => Do(d =>
    {
        if (d.Find<Queue>(stream) is not { } queue) return Code.InvalidHandle;
        if (Driver.RefuseInCapture(queue) is var refusal and not Code.Success) return refusal;
        return d.Run(() => d.CloseStream(stream));
    });

    [UnmanagedCallersOnly(EntryPoint = "cuStreamSynchronize")]
    static int StreamSynchronize(nint stream) => Do(d =>
    {
        if (d.Stream(stream) is not { } queue) return Code.InvalidHandle;
        if (Driver.RefuseInCapture(d.ImplicitCapture(queue) ?? queue) is var refusal and not Code.Success) return refusal;
        return d.Run(queue.Run);
    });

    [UnmanagedCallersOnly(EntryPoint = "cuStreamWaitEvent")]
    static int StreamWaitEvent(nint stream, nint mark, uint flags) => Do(d =>
    {
        if (d.Stream(stream) is not { } queue || d.Find<Event>(mark) is not { } known) return Code.InvalidHandle;
        // It would become a part of what is captured, which was not recorded there: nothing here forks.
        if (Driver.RefuseInCapture(queue, Code.CaptureIsolation) is var refusal and not Code.Success) return refusal;
        if (known.Stream is not { } first) return Code.Success;
        long item = known.Item;
        d.Add(queue, () => first.RunTo(item));
        return Code.Success;
    });

    [UnmanagedCallersOnly(EntryPoint = "cuEventCreate")]
    static int EventCreate(nint* mark, uint flags)
    {
        lock (Driver.Gate) *mark = Driver.Keep(new Event());
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuEventDestroy_v2")]
    static int EventDestroy(nint mark) => Do(d => d.Forget(mark) ? Code.Success : Code.InvalidHandle);

    [UnmanagedCallersOnly(EntryPoint = "cuEventRecord")]
    static int EventRecord(nint mark, nint stream) => Do(d =>
    {
        if (d.Stream(stream) is not { } queue || d.Find<Event>(mark) is not { } known) return Code.InvalidHandle;
        if (Driver.RefuseInCapture(queue, Code.NotSupported) is var refusal and not Code.Success) return refusal;
        d.Add(queue, () => known.Ticks = System.Diagnostics.Stopwatch.GetTimestamp());
        (known.Stream, known.Item) = (queue, queue.Queued);
        return Code.Success;
    });

    [UnmanagedCallersOnly(EntryPoint = "cuEventQuery")]
    static int EventQuery(nint mark) => Do(d =>
    {
        if (d.Find<Event>(mark) is not { } known) return Code.InvalidHandle;
        if (known.Stream is not { } queue || queue.Done >= known.Item) return Code.Success;
        // Not ready the first time; who asks again finds it done.
        Code code = d.Run(() => queue.RunTo(known.Item));
        return code == Code.Success ? Code.NotReady : code;
    });

    [UnmanagedCallersOnly(EntryPoint = "cuEventSynchronize")]
    static int EventSynchronize(nint mark) => Do(d =>
        d.Find<Event>(mark) is not { } known ? Code.InvalidHandle : known.Stream is { } queue ? d.Run(() => queue.RunTo(known.Item)) : Code.Success);

    [UnmanagedCallersOnly(EntryPoint = "cuEventElapsedTime")]
    static int EventElapsedTime(float* milliseconds, nint start, nint end)
    {
        lock (Driver.Gate)
        {
            if (Driver.Find<Event>(start) is not { } first || Driver.Find<Event>(end) is not { } last) return (int)Code.InvalidHandle;
            *milliseconds = (float)System.Diagnostics.Stopwatch.GetElapsedTime(first.Ticks, last.Ticks).TotalMilliseconds;
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "cuModuleLoadData")]
    static int ModuleLoadData(nint* module, byte* text) => Load(module, text, default);

    [UnmanagedCallersOnly(EntryPoint = "cuModuleLoadDataEx")]
    static int ModuleLoadDataEx(nint* module, byte* text, int count, int* options, nint* values)
    {
        const int ErrorLog = 5, ErrorLogBytes = 6;
        byte* log = null;
        int bytes = 0;
        for (int i = 0; i < count; i++)
        {
            if (options[i] == ErrorLog) log = (byte*)values[i];
            else if (options[i] == ErrorLogBytes) bytes = (int)values[i];
        }

        return Load(module, text, log is null ? default : new Span<byte>(log, bytes));
    }

    [UnmanagedCallersOnly(EntryPoint = "cuModuleUnload")]
    static int ModuleUnload(nint module) => Do(d => d.Forget(module) ? Code.Success : Code.InvalidHandle);

    [UnmanagedCallersOnly(EntryPoint = "cuModuleGetFunction")]
    static int ModuleGetFunction(nint* function, nint module, byte* name)
    {
        lock (Driver.Gate)
        {
            string wanted = Marshal.PtrToStringUTF8((nint)name) ?? "";
            if (Driver.Find<IReadOnlyList<PtxProgram>>(module)?.FirstOrDefault(p => p.Name == wanted) is not { } program) return (int)Code.NotFound;
            *function = Driver.Keep(program);
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "cuLaunchKernel")]
    static int LaunchKernel(
        nint function, int gridX, int gridY, int gridZ, int groupX, int groupY, int groupZ, int sharedBytes, nint stream, nint* parameters, nint* extra)
    {
        const int End = 0, BufferPointer = 1, BufferSize = 2;
        if (Driver.SkipsLaunches && !Driver.Captures) return 0;
        byte* buffer = null;
        long bytes = 0;
        for (nint* at = extra; at is not null && *at != End; at += 2)
        {
            if (*at == BufferPointer) buffer = (byte*)at[1];
            else if (*at == BufferSize) bytes = *(nint*)at[1];
        }

        lock (Driver.Gate)
        {
            if (Driver.Fault != Code.Success) return (int)Driver.Fault;
            if (Driver.Find<PtxProgram>(function) is not { } program) return (int)Code.InvalidHandle;
            // ILGPU rounds the size up; less than the kernel declares is a mistake.
            if (parameters is not null || bytes < program.ParameterBytes) return (int)Code.InvalidValue;
            byte[] arguments = new ReadOnlySpan<byte>(buffer, (int)bytes).ToArray();
            return (int)Driver.Launch(function, new Launch((gridX, gridY, gridZ), (groupX, groupY, groupZ), sharedBytes, arguments), stream);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "cuStreamBeginCapture_v2")]
    static int StreamBeginCapture(nint stream, int mode) => Do(d => d.BeginCapture(stream, mode));

    [UnmanagedCallersOnly(EntryPoint = "cuStreamEndCapture")]
    static int StreamEndCapture(nint stream, nint* graph)
    {
        lock (Driver.Gate)
        {
            Code code = Driver.EndCapture(stream, out nint captured);
            *graph = captured;
            return (int)code;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "cuGraphInstantiateWithFlags")]
    static int GraphInstantiate(nint* executable, nint graph, ulong flags)
    {
        lock (Driver.Gate)
        {
            if (flags != 0) return (int)Code.NotSupported;
            Code code = Driver.Instantiate(graph, out nint made);
            *executable = made;
            return (int)code;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "cuGraphLaunch")]
    static int GraphLaunch(nint executable, nint stream)
    {
        if (Driver.SkipsLaunches) return 0;
        return Do(d => d.LaunchGraph(executable, stream));
    }

    [UnmanagedCallersOnly(EntryPoint = "cuGraphDestroy")]
    static int GraphDestroy(nint graph)
    {
        lock (Driver.Gate) return (int)Driver.DestroyGraph<Graph>(graph);
    }

    [UnmanagedCallersOnly(EntryPoint = "cuGraphExecDestroy")]
    static int GraphExecDestroy(nint executable)
    {
        lock (Driver.Gate) return (int)Driver.DestroyGraph<ExecutableGraph>(executable);
    }

    [UnmanagedCallersOnly(EntryPoint = "cuOccupancyMaxActiveBlocksPerMultiprocessor")]
    static int MaxActiveBlocks(int* blocks, nint function, int groupSize, nint sharedBytes)
    {
        *blocks = Math.Max(1, Math.Min(32, 2048 / Math.Max(groupSize, 1)));
        return 0;
    }

    [UnmanagedCallersOnly(EntryPoint = "cuOccupancyMaxPotentialBlockSize")]
    static int MaxPotentialBlockSize(int* minGrid, int* groupSize, nint function, nint sharedBytesOf, nint sharedBytes, int limit)
    {
        *groupSize = limit > 0 ? Math.Min(limit, 256) : 256;
        *minGrid = DeviceAttributes.Multiprocessors * (2048 / *groupSize);
        return 0;
    }

    static int Load(nint* module, byte* text, Span<byte> log)
    {
        lock (Driver.Gate)
        {
            Code code = Driver.Load(Marshal.PtrToStringUTF8((nint)text) ?? "", out nint loaded, out string message);
            *module = loaded;
            log.Clear();
            if (message.Length > 0 && log.Length > 0) Encoding.ASCII.GetBytes(message.AsSpan(0, Math.Min(message.Length, log.Length - 1)), log);
            return (int)code;
        }
    }

    static int Do(Func<Driver, Code> function)
    {
        lock (Driver.Gate) return (int)(Driver.Fault == Code.Success ? function(Driver) : Driver.Fault);
    }
}
