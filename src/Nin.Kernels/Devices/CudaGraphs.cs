using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Nin;

/// <summary>
/// CUDA's graphs: launches that were recorded once and are then launched by one call (NVIDIA, <i>CUDA Driver API</i>, "Stream Management" and "Graph
/// Management"); ILGPU 1.5.3 has none. <c>NIN_CUDA_GRAPHS=on</c> turns them on: no GPU has shown yet what they save. Where the driver refuses one, none is used
/// any more: all work as well launch by launch.
/// </summary>
/// <remarks>
/// Launches are recorded in a queue that has no other use, and only those: nothing that other threads queue or order at the same time gets into a graph. What would
/// disturb a recording, waiting for the whole device, holds <see cref="Gate"/>.
/// </remarks>
sealed unsafe class CudaGraphs : IDisposable
{
    /// <summary>The variable that turns them on.</summary>
    public const string Variable = "NIN_CUDA_GRAPHS";

    /// <summary>Its value that does.</summary>
    public const string On = "on";

    // CU_STREAM_CAPTURE_MODE_RELAXED: other threads may allocate, load kernels and wait for their own queues.
    const int Relaxed = 2;

    readonly AcceleratorDevice device;
    readonly delegate* unmanaged<nint, int, int> beginCapture;
    readonly delegate* unmanaged<nint, nint*, int> endCapture;
    readonly delegate* unmanaged<nint*, nint, ulong, int> instantiate;
    readonly delegate* unmanaged<nint, nint, int> launch;
    readonly delegate* unmanaged<nint, int> destroy;
    readonly delegate* unmanaged<nint, int> destroyExecutable;
    readonly ConcurrentQueue<nint> abandoned = [];
    readonly ThreadLocal<LaunchList?> underWay = new();
    CudaStream? queue;
    long recorded, replayed, refused;

    CudaGraphs(AcceleratorDevice device, nint library)
    {
        this.device = device;
        beginCapture = (delegate* unmanaged<nint, int, int>)NativeLibrary.GetExport(library, "cuStreamBeginCapture_v2");
        endCapture = (delegate* unmanaged<nint, nint*, int>)NativeLibrary.GetExport(library, "cuStreamEndCapture");
        instantiate = (delegate* unmanaged<nint*, nint, ulong, int>)NativeLibrary.GetExport(library, "cuGraphInstantiateWithFlags");
        launch = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(library, "cuGraphLaunch");
        destroy = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cuGraphDestroy");
        destroyExecutable = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(library, "cuGraphExecDestroy");
    }

    /// <summary>Those of a CUDA device; null where it is another one, the driver has none, or they are not turned on.</summary>
    public static CudaGraphs? Of(AcceleratorDevice device)
    {
        if (device.Accelerator is not CudaAccelerator || Environment.GetEnvironmentVariable(Variable) != On) return null;
        if (NativeLibraries.TryLoad(DeviceKind.Cuda, out nint library, out _) is not null) return null;
        try
        {
            return new CudaGraphs(device, library);
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Held while a graph is recorded, and while the host waits for the whole device, which the driver forbids meanwhile.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Whether passes use them.</summary>
    public bool IsOn => Refused == 0 && !device.IsDisposed;

    /// <summary>Graphs that were recorded.</summary>
    public long Recorded => Interlocked.Read(ref recorded);

    /// <summary>Graphs that were launched.</summary>
    public long Replayed => Interlocked.Read(ref replayed);

    /// <summary>Graphs that the driver refused to record or to launch: above 0 there are no more.</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <summary>Begins a pass of this thread; false where another one is under way, as where a step runs a network of its own.</summary>
    public bool Enter(LaunchList list)
    {
        if (underWay.Value is { } outer)
        {
            outer.Break();
            return false;
        }

        underWay.Value = list;
        return true;
    }

    /// <summary>Ends it.</summary>
    public void Leave() => underWay.Value = null;

    /// <summary>Queues what this thread's pass holds back, for those who wait for its queue: a step of the user's may read or write memory in its middle.</summary>
    /// <param name="to">The queue; null for all.</param>
    public void Submit(AcceleratorStream? to = null)
    {
        if (!device.IsDisposed && underWay.Value is { } list && (to is null || list.Queue == to)) list.Break();
    }

    /// <summary>Records launches as they are, which runs none of them; null where the driver refuses.</summary>
    /// <param name="launches">All of a list.</param>
    /// <param name="start">The first one to record.</param>
    /// <param name="end">The one after the last.</param>
    public LaunchGraph? Record(IReadOnlyList<ListedLaunch> launches, int start, int end)
    {
        lock (Gate)
        {
            if (!IsOn) return null;
            device.Accelerator.Bind();
            while (abandoned.TryDequeue(out nint forgotten)) destroyExecutable(forgotten);
            nint graph = 0, executable = 0;
            try
            {
                queue ??= (CudaStream)device.Accelerator.CreateStream();
                CudaException.ThrowIfFailed((CudaError)beginCapture(queue.StreamPtr, Relaxed));
                int ended;
                try
                {
                    for (int i = start; i < end; i++) launches[i].Launch(queue);
                }
                finally
                {
                    ended = endCapture(queue.StreamPtr, &graph);
                }

                CudaException.ThrowIfFailed((CudaError)ended);
                CudaException.ThrowIfFailed((CudaError)instantiate(&executable, graph, 0));
            }
            catch (CudaException)
            {
                Interlocked.Increment(ref refused);
                return null;
            }
            finally
            {
                if (graph != 0) destroy(graph);
            }

            Interlocked.Increment(ref recorded);
            return new LaunchGraph(this, executable, end);
        }
    }

    /// <summary>Queues a graph; false where the driver refuses, or has refused before.</summary>
    public bool Launch(nint executable, CudaStream on)
    {
        if (!IsOn) return false;
        device.Accelerator.Bind();
        bool isQueued = launch(executable, on.StreamPtr) == 0;
        Interlocked.Increment(ref isQueued ? ref replayed : ref refused);
        return isQueued;
    }

    /// <summary>Frees a graph. Where it runs, the driver frees it afterwards.</summary>
    public void Free(nint executable)
    {
        if (device.IsDisposed) return;
        device.Accelerator.Bind();
        destroyExecutable(executable);
    }

    /// <summary>Frees a graph later: the finaliser's thread has no device.</summary>
    public void Abandon(nint executable) => abandoned.Enqueue(executable);

    public void Dispose()
    {
        queue?.Dispose();
        underWay.Dispose();
    }
}

/// <summary>Some launches of a list as one.</summary>
sealed class LaunchGraph(CudaGraphs graphs, nint executable, int end) : IDisposable
{
    bool isDisposed;

    ~LaunchGraph() => graphs.Abandon(executable);

    /// <summary>The launch of the list after its last one.</summary>
    public int End => end;

    /// <inheritdoc cref="CudaGraphs.Launch"/>
    public bool Launch(CudaStream queue) => graphs.Launch(executable, queue);

    public void Dispose()
    {
        if (isDisposed) return;
        isDisposed = true;
        graphs.Free(executable);
        GC.SuppressFinalize(this);
    }
}
