using Google.Protobuf.Collections;
using Nin.Onnx.Schema;

namespace Nin.Onnx;

/// <summary>Reads convolutional networks from ONNX files, operator sets 7 to 27, as declarations with their weights.</summary>
public static class OnnxImport
{
    /// <summary>Reads a network.</summary>
    /// <param name="path">An ONNX file; weights outside it are read from files beside it.</param>
    /// <param name="className">The class to declare; null for one made of the file's name.</param>
    /// <param name="input">Shape of one example, where the file leaves height and width open; null for the file's own.</param>
    /// <exception cref="NotSupportedException">Some nodes have no counterpart here. The message lists each with its operator and why.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or its shapes contradict each other; the message is one line.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, <paramref name="className"/> is not a valid C# identifier, or <paramref name="input"/> contradicts the file.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static ImportedNetwork Read(string path, string? className = null, Shape? input = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string name = className ?? Identifiers.Of(Path.GetFileNameWithoutExtension(path), otherwise: "Network");
        if (className is not null && Identifiers.WhyNoNetwork(name, []) is { } wrong) throw new ArgumentException(wrong, nameof(className));
        var (model, bytes) = OnnxFile.Read(path);
        try
        {
            var external = new ExternalWeights(Path.GetDirectoryName(Path.GetFullPath(path))!, model.Graph);
            var network = new GraphReader(model, name, Path.GetFileName(path), input, external, new Limits(bytes + OnnxFile.HalfBytes(model.Graph) + external.Bytes)).Read();
            if (Identifiers.WhyNoNetwork(name, network.Layers.Select(l => l.Name)) is not { } hidden) return network;
            return className is null ? network with { Name = name + "Network" } : throw new ArgumentException(hidden, nameof(className));
        }
        catch (InvalidDataException exception) when (!exception.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: {Wording.OneLine(exception.Message)}.", exception);
        }
        catch (NotSupportedException exception)
        {
            throw new NotSupportedException($"{path} {Wording.OneLine(exception.Message)}", exception);
        }
    }
}

/// <summary>An attribute of a node by its name.</summary>
static class NodeAttributes
{
    extension(NodeProto node)
    {
        public string Label => node.HasName && node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault() ?? "";

        public AttributeProto? Find(string name) => node.Attribute.FirstOrDefault(a => a.Name == name);

        public bool Has(string name) => node.Find(name) is not null;

        public long Int(string name, long otherwise) => node.Find(name)?.I ?? otherwise;

        public float Float(string name, float otherwise) => node.Find(name)?.F ?? otherwise;

        public string Text(string name, string otherwise) => node.Find(name)?.S.ToStringUtf8() ?? otherwise;

        public int[] Ints(string name, params int[] otherwise) => node.Find(name) is { } a ? Checked(a.Ints) : otherwise;
    }

    static int[] Checked(RepeatedField<long> values) => [.. values.Select(v => v is >= int.MinValue and <= int.MaxValue
        ? (int)v : throw new InvalidDataException($"an attribute has the value {v}, which no size has"))];
}
