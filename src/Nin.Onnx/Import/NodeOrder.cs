using Google.Protobuf.Collections;
using Nin.Onnx.Schema;

namespace Nin.Onnx;

/// <summary>A graph's nodes by what they read: which of them the output needs, and an order in which each comes after those that it reads.</summary>
sealed class NodeOrder
{
    readonly RepeatedField<NodeProto> nodes;
    readonly Dictionary<string, int> givers = new(StringComparer.Ordinal);

    /// <summary>Looks at a graph of one output.</summary>
    /// <exception cref="InvalidDataException">A node gives nothing, or two give the same.</exception>
    public NodeOrder(GraphProto graph)
    {
        nodes = graph.Node;
        for (int i = 0; i < nodes.Count; i++)
        {
            if (nodes[i].Output.Count == 0) throw new InvalidDataException($"node '{nodes[i].Label}' gives nothing");
            foreach (string output in nodes[i].Output.Where(o => o.Length > 0))
                if (!givers.TryAdd(output, i)) throw new InvalidDataException($"two nodes give '{output}'");
        }

        var open = new Stack<string>([graph.Output[0].Name]);
        while (open.TryPop(out string? value))
            if (givers.TryGetValue(value, out int giver) && Needed.Add(nodes[giver]))
                foreach (string input in nodes[giver].Input) open.Push(input);
    }

    /// <summary>The nodes that the output depends on, by reference: two nodes of the same text are two.</summary>
    public HashSet<NodeProto> Needed { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>All nodes, each after those that it reads: the format asks for that order, and not every writer keeps it.</summary>
    /// <exception cref="InvalidDataException">There is a cycle.</exception>
    public IEnumerable<NodeProto> InOrder()
    {
        int[] waitsFor = new int[nodes.Count];
        var readers = new List<int>[nodes.Count];
        var ready = new PriorityQueue<int, int>();
        for (int i = 0; i < nodes.Count; i++) readers[i] = [];
        for (int i = 0; i < nodes.Count; i++)
        {
            var before = nodes[i].Input.Where(givers.ContainsKey).Select(input => givers[input]).ToHashSet();
            waitsFor[i] = before.Count;
            foreach (int earlier in before) readers[earlier].Add(i);
            if (before.Count == 0) ready.Enqueue(i, i);
        }

        int done = 0;
        while (ready.TryDequeue(out int next, out _))
        {
            done++;
            yield return nodes[next];
            foreach (int reader in readers[next])
                if (--waitsFor[reader] == 0) ready.Enqueue(reader, reader);
        }

        if (done < nodes.Count)
            throw new InvalidDataException($"the graph has a cycle through '{nodes[Array.FindIndex(waitsFor, w => w > 0)].Label}'");
    }
}
