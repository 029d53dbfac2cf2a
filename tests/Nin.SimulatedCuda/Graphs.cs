namespace Nin.SimulatedCuda;

/// <summary>What a stream records instead of running it. Work that must not happen meanwhile invalidates it, and the stream does nothing more until it is ended.</summary>
sealed class Capture(int mode, int thread)
{
    const int Global = 0, Relaxed = 2;

    public Graph Graph { get; } = new();

    public bool IsValid { get; private set; } = true;

    public void Invalidate() => IsValid = false;

    /// <summary>Whether calls that might wait for the device, such as allocations, are forbidden to a thread.</summary>
    public bool Forbids(int caller) => mode == Global || (mode != Relaxed && thread == caller);

    /// <summary>Whether a thread may end it.</summary>
    public bool EndsIn(int caller) => mode == Relaxed || thread == caller;
}

/// <summary>Recorded work, in the order of the stream that recorded it: nothing here forks.</summary>
sealed class Graph
{
    public List<(Action Work, string Name, nint[] Pointers)> Nodes { get; } = [];
}

/// <summary>A graph that can be launched: as it was when it was instantiated.</summary>
sealed class ExecutableGraph(Graph graph)
{
    public (Action Work, string Name, nint[] Pointers)[] Nodes { get; } = [.. graph.Nodes];
}

/// <summary>The driver's part of it.</summary>
sealed partial class Driver
{
    const int MostMode = 2;

    volatile int captures;

    /// <summary>Whether a stream captures: what is launched then is recorded even where launches are skipped.</summary>
    public bool Captures => captures > 0;

    /// <summary>Launches that were asked for one by one, and not in a capture.</summary>
    public long SingleLaunches { get; set; }

    /// <summary>Graphs that were launched.</summary>
    public long GraphLaunches { get; private set; }

    /// <summary>Graphs and executable graphs that exist.</summary>
    public int Graphs { get; private set; }

    /// <summary>Calls of graphs' functions that succeed before one fails, as with a driver that cannot; below 0 none fails.</summary>
    public int GraphCallsLeft { get; set; } = -1;

    public Code BeginCapture(nint stream, int mode)
    {
        if (RefusesGraphs()) return Code.NotSupported;
        if (Stream(stream) is not { } queue) return Code.InvalidHandle;
        if (mode is < 0 or > MostMode) return Code.InvalidValue;
        if (queue == main) return Code.CaptureUnsupported;
        if (queue.Capture is not null) return Code.IllegalState;
        queue.Capture = new Capture(mode, Environment.CurrentManagedThreadId);
        captures++;
        return Code.Success;
    }

    public Code EndCapture(nint stream, out nint graph)
    {
        graph = 0;
        if (Stream(stream) is not { } queue) return Code.InvalidHandle;
        if (queue.Capture is not { } capture) return Code.IllegalState;
        if (!capture.EndsIn(Environment.CurrentManagedThreadId)) return Code.CaptureWrongThread;
        queue.Capture = null;
        captures--;
        if (!capture.IsValid) return Code.CaptureInvalidated;
        if (RefusesGraphs()) return Code.NotSupported;
        graph = Keep(capture.Graph);
        Graphs++;
        return Code.Success;
    }

    public Code Instantiate(nint graph, out nint executable)
    {
        executable = 0;
        if (RefusesGraphs()) return Code.NotSupported;
        if (Find<Graph>(graph) is not { } known) return Code.InvalidValue;
        executable = Keep(new ExecutableGraph(known));
        Graphs++;
        return Code.Success;
    }

    public Code LaunchGraph(nint executable, nint stream)
    {
        if (RefusesGraphs()) return Code.NotSupported;
        if (Find<ExecutableGraph>(executable) is not { } graph) return Code.InvalidValue;
        if (Stream(stream) is not { } queue) return Code.InvalidHandle;
        if (queue.Capture is not null) return Refuse(queue, Code.NotSupported);
        GraphLaunches++;
        foreach (var (work, name, pointers) in graph.Nodes) Put(queue, work, name, pointers);
        return Code.Success;
    }

    public Code DestroyGraph<T>(nint handle)
        where T : class
    {
        // Launches of it that are queued run all the same.
        if (Find<T>(handle) is null) return Code.InvalidValue;
        Forget(handle);
        Graphs--;
        return Code.Success;
    }

    /// <summary>Queues work, or records it where the stream captures.</summary>
    Code Put(Queue queue, Action work, string name, params nint[] pointers)
    {
        if (queue.Capture is { } capture)
        {
            if (!capture.IsValid) return Code.CaptureInvalidated;
            capture.Graph.Nodes.Add((work, name, pointers));
            return Code.Success;
        }

        if (ImplicitCapture(queue) is { } other) return Refuse(other, Code.CaptureImplicit);
        Add(queue, work);
        queue.Uses.Enqueue((queue.Queued, pointers, name));
        return Code.Success;
    }

    /// <summary>Says no to what a capturing stream cannot do, which ends the worth of what it recorded; success where it does not capture.</summary>
    public static Code RefuseInCapture(Queue queue, Code code = Code.CaptureUnsupported) => queue.Capture is null ? Code.Success : Refuse(queue, code);

    /// <summary>The same for what concerns all streams.</summary>
    public Code RefuseInAnyCapture()
    {
        var capturing = streams.FindAll(s => s.Capture is not null);
        capturing.ForEach(s => s.Capture!.Invalidate());
        return capturing.Count > 0 ? Code.CaptureUnsupported : Code.Success;
    }

    /// <summary>The same for calls that might wait for the device, where the capture's mode forbids them.</summary>
    public Code RefuseUnsafe()
    {
        int caller = Environment.CurrentManagedThreadId;
        var forbidding = streams.FindAll(s => s.Capture?.Forbids(caller) == true);
        forbidding.ForEach(s => s.Capture!.Invalidate());
        return forbidding.Count > 0 ? Code.CaptureUnsupported : Code.Success;
    }

    /// <summary>The capture of a blocking stream that work in the default stream would have to wait for.</summary>
    public Queue? ImplicitCapture(Queue queue) => queue == main ? streams.Find(s => s.IsBlocking && s.Capture is not null) : null;

    static Code Refuse(Queue queue, Code code)
    {
        queue.Capture!.Invalidate();
        return code;
    }

    bool RefusesGraphs()
    {
        if (GraphCallsLeft > 0) GraphCallsLeft--;
        else return GraphCallsLeft == 0;
        return false;
    }
}
