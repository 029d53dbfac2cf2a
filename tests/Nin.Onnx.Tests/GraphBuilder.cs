using System.Runtime.InteropServices;
using Google.Protobuf;
using Nin.Onnx.Schema;
using static Nin.Onnx.Schema.TensorProto.Types;

namespace Nin.Onnx.Tests;

/// <summary>An ONNX file as other exporters write it, node by node.</summary>
sealed class GraphBuilder(int operatorSet = 17)
{
    readonly Random random = new(7);
    int names;

    public GraphProto Graph { get; } = new() { Name = "test" };

    public string Input(params long[] dims)
    {
        Graph.Input.Add(Typed("x", dims));
        return "x";
    }

    public string Node(string operation, string[] inputs, params AttributeProto[] attributes)
    {
        string name = $"{operation}_{++names}";
        var node = new NodeProto { Name = name, OpType = operation, Output = { name } };
        node.Input.AddRange(inputs);
        node.Attribute.AddRange(attributes);
        Graph.Node.Add(node);
        return name;
    }

    /// <summary>Random weights.</summary>
    public string Weights(params long[] dims) => Floats(dims, [.. Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)(random.NextDouble() - 0.5))]);

    public string Floats(long[] dims, params float[] values)
    {
        var tensor = new TensorProto { Name = $"w{++names}", DataType = 1, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())) };
        tensor.Dims.AddRange(dims);
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    public string Integers(params long[] values)
    {
        var tensor = new TensorProto { Name = $"i{++names}", DataType = 7, Dims = { values.Length } };
        tensor.Int64Data.AddRange(values);
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>Random weights of another type, which a node makes float32.</summary>
    public string Weights(Element type, params long[] dims)
    {
        int length = (int)dims.Aggregate(1L, (a, b) => a * b);
        var values = Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5);
        byte[] bytes = type switch
        {
            Element.Double => [.. values.SelectMany(BitConverter.GetBytes)],
            Element.Float16 => [.. values.SelectMany(v => BitConverter.GetBytes((Half)v))],
            Element.Bfloat16 => [.. values.SelectMany(v => BitConverter.GetBytes((float)v)[2..])],
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
        var tensor = new TensorProto { Name = $"w{++names}", DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(dims);
        Graph.Initializer.Add(tensor);
        return Node("Cast", [tensor.Name], GraphWriter.Int("to", (int)Element.Float));
    }

    /// <summary>Writes it with a value as its output.</summary>
    public string Save(DirectoryInfo folder, string output)
    {
        // Its shape is for whoever reads the file to find.
        Graph.Output.Add(new ValueInfoProto { Name = output, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1 } } });
        var model = new ModelProto { IrVersion = 8, Graph = Graph, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = operatorSet } } };
        string path = Path.Combine(folder.FullName, "model.onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }

    /// <summary>A size of 0 is left open.</summary>
    static ValueInfoProto Typed(string name, long[] dims)
    {
        var shape = new TensorShapeProto();
        foreach (long d in dims) shape.Dim.Add(d == 0 ? new TensorShapeProto.Types.Dimension { DimParam = $"{name}{shape.Dim.Count}" } : new() { DimValue = d });
        return new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } } };
    }
}
