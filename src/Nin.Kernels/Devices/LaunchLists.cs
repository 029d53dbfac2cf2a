using ILGPU.Runtime.Cuda;

namespace Nin;

/// <summary>The lists of a stream, one per kind of pass; of too many the one that was not used for longest goes.</summary>
sealed class LaunchLists(CudaGraphs graphs, CudaStream queue) : IDisposable
{
    // Training and inference with some batch sizes: a list takes as much memory as its launches have arguments, and its graphs some of the device's.
    const int Most = 16;

    // The last one was used last.
    readonly List<(PassKind Kind, LaunchList List)> lists = [];

    /// <summary>The list of the pass that is under way; null where it has none.</summary>
    public LaunchList? Current { get; private set; }

    /// <summary>Begins a pass.</summary>
    public ListedPass Begin(in PassKind kind)
    {
        var list = Take(kind);
        lists.Add((kind, list));
        if (list.IsGivenUp || !graphs.Enter(list)) return default;
        Current = list;
        return new ListedPass(this);
    }

    /// <inheritdoc cref="LaunchList.Forget"/>
    public void Forget()
    {
        foreach (var (_, list) in lists) list.Forget();
    }

    public void Dispose()
    {
        foreach (var (_, list) in lists) list.Dispose();
        lists.Clear();
    }

    /// <summary>Ends it.</summary>
    public void End()
    {
        var list = Current!;
        try
        {
            list.End();
        }
        finally
        {
            Current = null;
            graphs.Leave();
        }
    }

    LaunchList Take(in PassKind kind)
    {
        for (int i = 0; i < lists.Count; i++)
        {
            if (lists[i].Kind != kind) continue;
            var known = lists[i].List;
            lists.RemoveAt(i);
            return known;
        }

        if (lists.Count == Most)
        {
            lists[0].List.Dispose();
            lists.RemoveAt(0);
        }

        return new LaunchList(graphs, queue);
    }
}

/// <summary>A pass whose launches are listed, until it is disposed: then all of them are queued.</summary>
readonly struct ListedPass(LaunchLists? lists) : IDisposable
{
    public void Dispose() => lists?.End();
}
