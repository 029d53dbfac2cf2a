using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Nin.Ops;

namespace Nin;

/// <summary>Passes of one kind in a session are likely to launch the same kernels.</summary>
/// <param name="IsTraining">Whether it is a step of training, and not inference.</param>
/// <param name="Batch">Examples.</param>
readonly record struct PassKind(bool IsTraining, int Batch);

/// <summary>
/// The launches of a kind of pass, with their arguments. Each pass goes through all of its code, and what it launches is compared with the list: the pass before.
/// Launches that were the same are recorded in graphs, which are queued in their place. So nothing that the code decides or counts is left out, and what
/// changes from step to step (the rate, the number of the step) needs no rule: a launch whose arguments once changed stays alone, between the graphs.
/// </summary>
/// <remarks>
/// <para>The first pass is listed, the second one compared and recorded at its end, the third one replays. Launches of a graph are held back until its
/// last one was compared. Where one differs, or anything else than a launch comes in between, those held back are queued one by one, and the graph is given up; other
/// kernels, or the same in another order, begin a new list. So the device always gets the launches of the pass, in their order.</para>
/// <para>Held back are launches of a call that is under way: whoever lets other threads order their work after it before it returns says so by <see cref="Break"/>.</para>
/// </remarks>
sealed class LaunchList(CudaGraphs graphs, CudaStream queue) : IDisposable
{
    // A graph's launch takes as long as two or three of kernels.
    const int Least = 4;

    // So many passes in sequence that launch other kernels than the one before are not listed any more: new lists would cost memory for nothing.
    const int MostChanges = 8;

    readonly List<ListedLaunch> launches = [];
    LaunchGraph? graph; // whose launches are held back
    int held, next, changes;
    bool isSettled, isOther, hasBreak, isMoved;

    /// <summary>Whether passes of this kind differ so often that they are not listed.</summary>
    public bool IsGivenUp => changes >= MostChanges;

    /// <summary>Where its launches go.</summary>
    public CudaStream Queue => queue;

    /// <summary>Queues a launch, or holds it back where it belongs to a graph.</summary>
    public void Add<TArguments>(PortableKernel<TArguments> kernel, in KernelConfig config, in TArguments arguments)
        where TArguments : struct
    {
        int at = next;
        if (at == launches.Count || launches[at] is not ListedLaunch<TArguments> known || known.Kernel != kernel || known.FollowsBreak != hasBreak)
        {
            BeginOther(at);
            launches.Add(known = new(kernel) { FollowsBreak = hasBreak });
        }

        hasBreak = false;
        if (!known.Take(config, arguments) && !isOther)
        {
            Submit();
            Free(known);
            known.Varies = true;
            isSettled = false;
        }

        next = at + 1;
        if (graph is null && known.Graph is not null) (graph, held) = (known.Graph, at);
        if (graph is null) known.Launch(queue);
        else if (next == graph.End) Replay(graph);
    }

    /// <summary>Queues what is held back, because something else than a launch comes next.</summary>
    public void Break()
    {
        Submit();
        hasBreak = true;
    }

    /// <summary>Notes that memory of the passes was replaced: what comes next is compared with nothing from before.</summary>
    public void Forget()
    {
        if (next > 0) isMoved = true;
        else Clear();
    }

    /// <summary>Ends a pass: all of it is queued.</summary>
    public void End()
    {
        try
        {
            Submit();
            if (next < launches.Count) BeginOther(next);
            if (isMoved) Clear();
            else if (isOther) changes++;
            else if (!isSettled) Record();
        }
        finally
        {
            (next, isOther, hasBreak, isMoved) = (0, false, false, false);
        }
    }

    public void Dispose() => Clear();

    void Submit()
    {
        if (graph is null) return;
        graph = null;
        Free(launches[held]);
        isSettled = false;
        for (int i = held; i < next; i++) launches[i].Launch(queue);
    }

    void Replay(LaunchGraph whole)
    {
        if (!whole.Launch(queue)) Submit();
        graph = null;
    }

    // From here on the pass is not the one before: what was learnt of that is worth nothing.
    void BeginOther(int from)
    {
        Submit();
        launches.RemoveRange(from, launches.Count - from);
        if (isOther) return;
        foreach (var launch in launches)
        {
            Free(launch);
            launch.Varies = false;
        }

        (isOther, isSettled) = (true, false);
    }

    void Record()
    {
        isSettled = true;
        changes = 0;
        for (int start = 0, end; start < launches.Count; start = Math.Max(end, start + 1))
        {
            end = start;
            while (end < launches.Count && !launches[end].Varies && (end == start || !launches[end].FollowsBreak)) end++;
            if (end - start >= Least) launches[start].Graph ??= graphs.Record(launches, start, end);
        }
    }

    void Clear()
    {
        foreach (var launch in launches) Free(launch);
        launches.Clear();
        isSettled = false;
    }

    static void Free(ListedLaunch launch)
    {
        launch.Graph?.Dispose();
        launch.Graph = null;
    }
}

/// <summary>A launch of a list.</summary>
abstract class ListedLaunch
{
    /// <summary>Whether something else than a launch comes before it.</summary>
    public bool FollowsBreak { get; init; }

    /// <summary>Whether its arguments have changed from one pass to the next.</summary>
    public bool Varies { get; set; }

    /// <summary>The graph that begins with it; null where none does.</summary>
    public LaunchGraph? Graph { get; set; }

    /// <summary>Queues it with the arguments of the last pass.</summary>
    public abstract void Launch(AcceleratorStream queue);
}

/// <inheritdoc/>
sealed class ListedLaunch<TArguments>(PortableKernel<TArguments> kernel) : ListedLaunch
    where TArguments : struct
{
    KernelConfig config;
    TArguments arguments;

    public PortableKernel<TArguments> Kernel => kernel;

    /// <summary>Takes the arguments of a pass; false where they are not those from before.</summary>
    public bool Take(in KernelConfig next, in TArguments with)
    {
        if (KernelArgument<KernelConfig>.Same(config, next) && kernel.Same(arguments, with)) return true;
        (config, arguments) = (next, with);
        return false;
    }

    public override void Launch(AcceleratorStream queue) => kernel.Launch(queue, config, arguments);
}
