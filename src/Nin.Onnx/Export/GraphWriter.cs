using System.Runtime.InteropServices;
using Google.Protobuf;
using Nin.Onnx.Schema;

namespace Nin.Onnx;

/// <summary>A graph that is being written: nodes in order, each value under a name of its own.</summary>
sealed class GraphWriter(string name)
{
    const string Batch = "N";

    /// <summary>What is written so far.</summary>
    public GraphProto Graph { get; } = new() { Name = name };

    /// <summary>Declares the input.</summary>
    public string Input(string value, Shape shape)
    {
        Graph.Input.Add(Typed(value, shape));
        return value;
    }

    /// <summary>Declares the output, which the node that writes <paramref name="written"/> gives under the output's name from then on.</summary>
    public void Output(string value, string written, Shape shape)
    {
        foreach (var node in Graph.Node)
        {
            Rename(node.Input);
            Rename(node.Output);
        }

        Graph.Output.Add(Typed(value, shape));

        void Rename(IList<string> names)
        {
            for (int i = 0; i < names.Count; i++)
                if (names[i] == written) names[i] = value;
        }
    }

    /// <summary>Adds a node of one output, which is named like it, and returns that name.</summary>
    public string Node(string name, string operation, IEnumerable<string> inputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { Name = name, OpType = operation, Output = { name } };
        node.Input.AddRange(inputs);
        node.Attribute.AddRange(attributes);
        Graph.Node.Add(node);
        return name;
    }

    /// <summary>Adds a tensor of weights and returns its name.</summary>
    public string Weights(string name, ReadOnlySpan<int> dims, ReadOnlySpan<float> values)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)TensorProto.Types.Element.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };
        foreach (int d in dims) tensor.Dims.Add(d);
        Graph.Initializer.Add(tensor);
        return name;
    }

    public static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeProto.Types.Kind.Int, I = value };

    public static AttributeProto Float(string name, double value) => new() { Name = name, Type = AttributeProto.Types.Kind.Float, F = (float)value };

    public static AttributeProto Ints(string name, params IEnumerable<int> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.Kind.Ints };
        foreach (int value in values) attribute.Ints.Add(value);
        return attribute;
    }

    static ValueInfoProto Typed(string value, Shape shape)
    {
        var dims = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = Batch } } };
        foreach (int size in shape.IsFlat ? [shape.Channels] : (int[])[shape.Channels, shape.Height, shape.Width])
            dims.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = size });
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.Element.Float, Shape = dims };
        return new ValueInfoProto { Name = value, Type = new TypeProto { TensorType = tensor } };
    }
}
