using Google.Protobuf;
using Nin.Onnx.Schema;

namespace Nin.Onnx.Tests;

/// <summary>
/// Makes ONNX files whose bytes are sound and whose graphs are not: sizes and attributes that no network has, edges that lead elsewhere, nodes
/// twice, of another operator, or gone. The same seed gives the same files.
/// </summary>
sealed class GraphMutator(IReadOnlyList<byte[]> good, int seed)
{
    static readonly long[] Numbers =
        [0, 1, -1, 2, 3, 4, 5, 7, 127, 65536, 1 << 20, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, (1L << 32) + 1, 1L << 40, long.MaxValue, long.MinValue];

    static readonly float[] Fractions = [0, 1, -1, 0.5f, 1e-30f, 1e30f, float.MaxValue, float.Epsilon, float.NaN, float.PositiveInfinity, float.NegativeInfinity];

    static readonly string[] Operators = [.. OperatorTable.Rows.Keys.Order(StringComparer.Ordinal)];

    static readonly string[] Attributes =
        ["axes", "axis", "kernel_shape", "strides", "pads", "dilations", "group", "alpha", "beta", "transB", "epsilon", "momentum", "ratio", "perm", "shape", "min", "max"];

    readonly Random random = new(seed);

    /// <summary>The next file: a good one with one to eight changes.</summary>
    public byte[] Next()
    {
        var model = ModelProto.Parser.ParseFrom(good[random.Next(good.Count)]);
        for (int changes = 1 << random.Next(4); changes > 0; changes--) Change(model);
        return model.ToByteArray();
    }

    void Change(ModelProto model)
    {
        var graph = model.Graph;
        var node = Any(graph.Node);
        switch (random.Next(18))
        {
            case 0 when node.Input.Count > 0:
                node.Input[random.Next(node.Input.Count)] = AnyValue(graph);
                break;
            case 1:
                node.Input.Add(AnyValue(graph));
                break;
            case 2 when node.Input.Count > 0:
                node.Input.RemoveAt(random.Next(node.Input.Count));
                break;
            case 3:
                node.OpType = Any(Operators);
                break;
            case 4:
                node.Attribute.Add(AnyAttribute());
                break;
            case 5 when node.Attribute.Count > 0:
                ChangeAttribute(Any(node.Attribute));
                break;
            case 6 when node.Attribute.Count > 0:
                node.Attribute.RemoveAt(random.Next(node.Attribute.Count));
                break;
            case 7 when graph.Node.Count > 1:
                graph.Node.Remove(node);
                break;
            case 8:
                AddNode(graph, Any(Operators), AnyValue(graph), AnyValue(graph));
                break;
            case 9: // Twice as many numbers each time.
                string numbers = graph.Initializer.Count > 0 ? Any(graph.Initializer).Name : AnyValue(graph);
                for (int times = random.Next(40); times > 0; times--) numbers = AddNode(graph, "Concat", numbers, numbers);
                if (node.Input.Count > 0) node.Input[^1] = numbers;
                break;
            case 10 when graph.Initializer.Count > 0:
                ChangeTensor(Any(graph.Initializer));
                break;
            case 11 when graph.Initializer.Count > 0:
                graph.Initializer.RemoveAt(random.Next(graph.Initializer.Count));
                break;
            case 12 when graph.Input.Count > 0 && graph.Input[0].Type?.TensorType?.Shape?.Dim is { Count: > 0 } dims:
                Any(dims).DimValue = Any(Numbers);
                break;
            case 13 when graph.Output.Count > 0:
                graph.Output[0].Name = AnyValue(graph);
                break;
            case 14:
                model.MetadataProps.Add(new StringStringEntryProto { Key = "nin.classes", Value = "a\nb" });
                break;
            case 15:
                string name = Any((string[])["", "a\nb", new('x', 3000), "\u2028"]);
                if (node.Output.Count > 0) node.Output[0] = name;
                else node.Name = name;
                break;
            case 16 when node.Output.Count > 0:
                node.Output.RemoveAt(0);
                break;
            default: // A chain of one operator on its own result.
                string value = AnyValue(graph), operation = Any(Operators);
                for (int times = random.Next(20); times > 0; times--) value = AddNode(graph, operation, value, AnyValue(graph));
                graph.Output[0].Name = value;
                break;
        }
    }

    string AddNode(GraphProto graph, string operation, params string[] inputs)
    {
        string name = $"made{graph.Node.Count}";
        var node = new NodeProto { OpType = operation, Output = { name } };
        node.Input.AddRange(inputs);
        if (operation == "Concat") node.Attribute.Add(GraphWriter.Int("axis", random.Next(2)));
        graph.Node.Add(node);
        return name;
    }

    void ChangeTensor(TensorProto tensor)
    {
        switch (random.Next(4))
        {
            case 0 when tensor.Dims.Count > 0:
                tensor.Dims[random.Next(tensor.Dims.Count)] = Any(Numbers);
                break;
            case 1:
                tensor.Dims.Add(Any(Numbers));
                break;
            case 2:
                tensor.DataType = random.Next(20);
                break;
            default: // Other numbers of the same count.
                for (int i = 0; i < tensor.Int64Data.Count; i++) tensor.Int64Data[i] = Any(Numbers);
                if (tensor.RawData.Length >= sizeof(float)) tensor.RawData = ByteString.CopyFrom([.. tensor.RawData.ToByteArray()[..^sizeof(float)], .. BitConverter.GetBytes(Any(Fractions))]);
                break;
        }
    }

    AttributeProto AnyAttribute()
    {
        var attribute = new AttributeProto { Name = Any(Attributes) };
        ChangeAttribute(attribute);
        return attribute;
    }

    void ChangeAttribute(AttributeProto attribute)
    {
        switch (random.Next(5))
        {
            case 0:
                attribute.F = Any(Fractions);
                break;
            case 1:
                attribute.I = Any(Numbers);
                break;
            case 2 when attribute.Ints.Count > 0:
                attribute.Ints[random.Next(attribute.Ints.Count)] = Any(Numbers);
                break;
            case 3 when attribute.Ints.Count > 0:
                attribute.Ints.RemoveAt(0);
                break;
            default:
                attribute.Ints.Add(Any(Numbers));
                break;
        }
    }

    string AnyValue(GraphProto graph)
    {
        int which = random.Next(graph.Node.Count + graph.Initializer.Count + 1);
        if (which < graph.Node.Count) return graph.Node[which].Output.FirstOrDefault() ?? "";
        which -= graph.Node.Count;
        return which < graph.Initializer.Count ? graph.Initializer[which].Name : graph.Input.FirstOrDefault()?.Name ?? "";
    }

    T Any<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    T Any<T>(IList<T> of) => of[random.Next(of.Count)];

    T Any<T>(T[] of) => of[random.Next(of.Length)];

    T Any<T>(Google.Protobuf.Collections.RepeatedField<T> of) => of[random.Next(of.Count)];
}
