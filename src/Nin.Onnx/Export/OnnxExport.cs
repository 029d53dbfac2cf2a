using System.Globalization;
using Google.Protobuf;
using Nin.Checkpoints;
using Nin.Onnx.Schema;

namespace Nin.Onnx;

/// <summary>
/// Writes networks as ONNX files (operator set 20, IR version 9), batch dimension free, with the names of layers and parameters that the
/// declaration gives. What a file computes is inference: normalisation by running statistics, no dropout.
/// </summary>
public static class OnnxExport
{
    /// <summary>The version of ONNX's operators that the files use.</summary>
    public const int OperatorSet = 20;

    const int IrVersion = 9;

    /// <summary>Writes a network. The file at the path is replaced as a whole or not at all.</summary>
    /// <param name="network">What to write.</param>
    /// <param name="path">Where to; the folder exists.</param>
    /// <param name="metadata">Strings to keep in the file, such as <c>Preprocessing.ToMetadata()</c>.</param>
    /// <exception cref="NotSupportedException">A layer has no counterpart in ONNX: a user's own activation or layer. The message names all of them.</exception>
    /// <exception cref="InvalidDataException">The file would have 2 GB or more, which the format does not allow.</exception>
    /// <exception cref="IOException">The file could not be written.</exception>
    public static void Save(INetwork network, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ModelProto model;
        // A training step in between would mix two networks.
        using (network.Parameters.Read()) model = Create(network, metadata);
        long length = LengthOf(network);
        AtomicFile.Write(path, stream => model.WriteTo(stream), length);
    }

    /// <summary>The file as its messages.</summary>
    internal static ModelProto Create(INetwork network, IReadOnlyDictionary<string, string>? metadata)
    {
        var architecture = network.Architecture;
        RefuseUnknown(architecture);
        RefuseLarge(network);
        var writer = new GraphWriter(architecture.Name);
        string input = writer.Input("input", architecture.Input);
        var values = new List<string>();
        foreach (var layer in architecture.Layers)
        {
            string[] inputs = [.. layer.Inputs.Select(i => i < 0 ? input : values[i])];
            Shape[] shapes = [.. layer.Inputs.Select(i => i < 0 ? architecture.Input : architecture.Layers[i].Output)];
            values.Add(new LayerWriter(writer, layer, shapes, name => network.Parameters[name].ToArray()).Write(inputs));
        }

        string output = "logits";
        // A layer of that name keeps it.
        while (values.SkipLast(1).Contains(output)) output += "_";
        writer.Output(output, values[^1], architecture.Output);
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "Nin",
            ProducerVersion = typeof(OnnxExport).Assembly.GetName().Version!.ToString(3),
            Graph = writer.Graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OperatorSet });
        // What a file of other weights says of them is not of these.
        var others = (metadata ?? new Dictionary<string, string>()).Where(m => !Checkpoint.IsOwnKey(m.Key));
        foreach (var (key, value) in others.Append(new(Checkpoint.ModelKey, architecture.Name)))
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model;
    }

    static void RefuseUnknown(Architecture architecture)
    {
        var unknown = architecture.Layers.Where(l => !LayerWriter.CanWrite(l)).Select(l => $"{l.Name} ({l.Kind})").ToList();
        if (unknown.Count > 0)
            throw new NotSupportedException(
                $"{architecture.Name} cannot be written as ONNX: {string.Join(", ", unknown)} {(unknown.Count == 1 ? "is" : "are")} of a kind that ONNX does not have. "
                + "Layers and activations of your own stay in safetensors files.");
    }

    static void RefuseLarge(INetwork network)
    {
        if (LengthOf(network) > int.MaxValue - (1 << 20))
            throw new InvalidDataException(
                $"{network.Architecture.Name} has {LengthOf(network).ToString("N0", CultureInfo.InvariantCulture)} bytes of weights, and an ONNX file holds less than 2 GB: save it as .safetensors.");
    }

    static long LengthOf(INetwork network) => network.Parameters.Sum(p => p.Spec.Length) * sizeof(float);
}
