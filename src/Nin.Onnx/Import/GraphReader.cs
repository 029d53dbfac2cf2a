using Nin.Onnx.Schema;

namespace Nin.Onnx;

/// <summary>Goes through the nodes of a graph in the order of their values, and collects the layers that they are.</summary>
sealed partial class GraphReader
{
    /// <summary>The most layers that a declaration has.</summary>
    const int MostLayers = 2000;

    readonly ModelProto model;
    readonly GraphProto graph;
    readonly ExternalWeights external;
    readonly string name, source;
    readonly Dictionary<string, Value> values = new(StringComparer.Ordinal);
    readonly Dictionary<string, TensorProto> initializers;
    readonly HashSet<string> sparse;
    readonly SharedWeights shared = new();
    readonly List<ImportedLayer> layers = [];
    // The names of each layer's value in the graph.
    readonly List<List<string>> names = [];
    readonly List<(string Node, string Operator, string Why)> unsupported = [];
    readonly List<string> malformed = [];
    readonly NodeOrder nodes;
    readonly Dictionary<string, int> reads;
    readonly List<string> notes = [];
    readonly Shape input;

    public GraphReader(ModelProto model, string name, string source, Shape? given, ExternalWeights external, Limits limits)
    {
        (this.model, graph, this.name, this.source, this.external, Limits) = (model, model.Graph, name, source, external, limits);
        if (graph.Output.Count != 1)
            throw new InvalidDataException($"the network has {graph.Output.Count} outputs ({Wording.Listing(graph.Output.Select(o => o.Name))}); one is allowed");
        nodes = new NodeOrder(graph);
        reads = nodes.Needed.SelectMany(n => n.Input).CountBy(i => i, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        initializers = [];
        foreach (var tensor in graph.Initializer)
            if (!initializers.TryAdd(tensor.Name, tensor)) throw new InvalidDataException($"the weights '{tensor.Name}' occur twice");
        sparse = [.. graph.SparseInitializer.Select(s => s.Values?.Name ?? "")];
        var inputs = graph.Input.Where(i => !initializers.ContainsKey(i.Name) && !sparse.Contains(i.Name)).ToList();
        if (inputs.Count > 1) inputs.RemoveAll(i => !reads.ContainsKey(i.Name));
        if (inputs.Count != 1)
            throw new InvalidDataException($"the network has {inputs.Count} inputs ({Wording.Listing(inputs.Select(i => i.Name))}); one is allowed, for images");
        input = InputShape(inputs[0], given);
        Batch = inputs[0].Type?.TensorType?.Shape?.Dim is [{ DimValue: > 0 and var batch }, ..] ? batch : 0;
        values[inputs[0].Name] = new LayerValue(-1, input);
    }

    /// <summary>The operator set that the file uses.</summary>
    public long OperatorSet => model.OpsetImport.Where(o => o.Domain is "" or "ai.onnx").Max(o => o.Version);

    /// <summary>The layers so far.</summary>
    public IReadOnlyList<ImportedLayer> Layers => layers;

    /// <summary>The number of examples that the file was written for; 0 where it leaves that open.</summary>
    public long Batch { get; }

    /// <summary>Layers of features that were read once more as layers of one pixel, and those.</summary>
    public Dictionary<int, LayerValue> Pixels { get; } = [];

    /// <summary>What the graph may compute.</summary>
    public Limits Limits { get; }

    /// <summary>Reads it all.</summary>
    public ImportedNetwork Read()
    {
        foreach (var node in nodes.InOrder().Where(nodes.Needed.Contains)) Read(node);
        string refused = unsupported.Count == 0 ? "" : $"has {unsupported.Count} node{(unsupported.Count == 1 ? "" : "s")} that cannot be imported: {Wording.ByReason(unsupported)}";
        if (malformed.Count > 0) throw new InvalidDataException(string.Join("; ", malformed) + (refused.Length > 0 ? $"; the file also {refused}" : ""));
        if (refused.Length > 0) throw new NotSupportedException($"{refused}.");

        string output = graph.Output[0].Name;
        if (!values.TryGetValue(output, out var last)) throw new InvalidDataException($"no node gives the output '{output}'");
        if (last is Constant) throw new InvalidDataException($"the output '{output}' does not depend on the input");
        var ending = NetworkEnding.Logits;
        if (last is Ended ended)
        {
            (last, ending) = (ended.Logits, ended.Ending);
            Note($"{ending} at the end is left out: the network gives logits, and losses and classifiers take softmax themselves.");
        }

        int end = Materialize(last).Layer;
        if (end < 0) throw new InvalidDataException("the graph has no layer");
        bool[] needed = Pruning.Needed(layers, end);
        if (Pixels.Any(p => needed[p.Key] && needed[p.Value.Layer] && layers[p.Key].Weights.Count > 0))
            Note("Linear layers before a squeeze-and-excitation's product are 1x1 convolutions of one pixel here, and also stay as they are for what else reads them: training moves both apart.");
        var kept = BranchOrder.ShortcutsLast(Pruning.Keep(layers, needed));
        if (kept.Count > MostLayers) throw new InvalidDataException($"the network has {kept.Count} layers; {MostLayers} are allowed");
        var network = new ImportedNetwork(name, source, input, kept, notes, ReadMetadata(kept[^1].Output)) { Ending = ending };
        LayerNaming.Name(network);
        return network;
    }

    // Nin's own; of other files what they say of images.
    IReadOnlyDictionary<string, string> ReadMetadata(Shape output)
    {
        Dictionary<string, string> own = new(StringComparer.Ordinal), others = new(StringComparer.Ordinal);
        foreach (var p in model.MetadataProps.Where(p => !Checkpoint.IsOwnKey(p.Key)))
        {
            if (!p.Key.StartsWith("nin.", StringComparison.Ordinal)) others.TryAdd(p.Key, p.Value);
            else if (!own.TryAdd(p.Key, p.Value)) throw new InvalidDataException($"the metadata key '{p.Key}' occurs twice");
        }

        return own.Count > 0 ? own : new ImageMetadata(others, input, output).Read(Note);
    }

    /// <summary>Adds a remark for whoever reads the declaration.</summary>
    public void Note(string text)
    {
        if (!notes.Contains(text)) notes.Add(text);
    }

    /// <summary>A node's input, or null where it is left out.</summary>
    public Value? Find(NodeProto node, int index)
    {
        if (index >= node.Input.Count || node.Input[index].Length == 0) return null;
        string input = node.Input[index];
        if (values.TryGetValue(input, out var value)) return value;
        if (sparse.Contains(input)) throw new NotSupportedException($"the initialiser '{input}' is sparse; only dense ones are read");
        if (!initializers.TryGetValue(input, out var tensor)) throw new InvalidDataException($"node '{node.Label}' reads '{input}', which no node gives");
        return values[input] = ReadTensor(tensor) with { Name = input };
    }

    /// <summary>A tensor's elements, wherever they are.</summary>
    public Constant ReadTensor(TensorProto tensor) => OnnxFile.ReadTensor(tensor, external, Limits);

    /// <summary>A node's input that must be numbers of the file, or null where it is left out.</summary>
    public Constant? FindConstant(NodeProto node, int index) => Find(node, index) switch
    {
        null => null,
        Constant constant => constant,
        Unknown => throw new UnknownInputException(),
        _ => throw new NotSupportedException($"its input '{node.Input[index]}' is computed, and must be given by the file"),
    };

    /// <summary>Whole numbers that older operator sets have as an attribute and newer ones as an input; none where they are left out.</summary>
    public long[] Integers(NodeProto node, string attribute, int input) =>
        node.Find(attribute) is { } given ? [.. given.Ints] : FindConstant(node, input) switch
        {
            null => [],
            { Integers: { } integers } => integers,
            _ => throw new NotSupportedException($"its input '{node.Input[input]}' must be whole numbers"),
        };

    /// <summary>A node's input that must be a layer's value.</summary>
    public LayerValue Layer(NodeProto node, int index) => Materialize(Require(node, index));

    /// <summary>A node's input.</summary>
    public Value Require(NodeProto node, int index) =>
        Find(node, index) ?? throw new InvalidDataException($"node '{node.Label}' ({node.OpType}) lacks its input {index}");

    /// <summary>Adds a layer and returns its value.</summary>
    public LayerValue Add(string kind, Shape output, LayerArgument[] arguments, ImportedTensor[] weights, params int[] inputs)
    {
        foreach (var weight in weights) Check(kind, weight);
        layers.Add(new ImportedLayer(kind, arguments, inputs, output, [.. weights.Select(Named)]));
        names.Add([]);
        return new LayerValue(layers.Count - 1, output);
    }

    /// <summary>A layer's value, where need be of a layer that is made for it.</summary>
    public LayerValue Materialize(Value value) => value switch
    {
        LayerValue layer => layer,
        Affine affine => ChannelScale(affine),
        Padded => throw new NotSupportedException("the zero padding is on its own; it must come directly before a convolution or pooling"),
        PartOfHardSwish part => Activations.Unfinished(this, part),
        PartOfGelu => throw new NotSupportedException("erf is on its own; it is supported only as part of GELU"),
        HalfPixel => throw new NotSupportedException("features have one axis more; they must become an image of one pixel, or features again"),
        PartOfMean => throw new NotSupportedException("the mean over one of height and width is on its own; only the mean over both is supported"),
        Ended ended => throw new NotSupportedException($"it reads a {ended.Ending}, which is supported only at the end of a network"),
        Unknown => throw new UnknownInputException(),
        _ => throw new NotSupportedException("it computes with numbers alone"),
    };

    // What a node computed of the file's numbers has no name that other files of the same network would have it by.
    ImportedTensor Named(ImportedTensor weight) => weight.Source is { } source && values.GetValueOrDefault(source) is Constant numbers ? weight with { Source = numbers.Name } : weight;

    void Check(string kind, ImportedTensor weight)
    {
        // Of one initialiser there may be many layers, each with a copy when they are saved.
        Limits.Take(weight.Values.Length);
        if (!weight.Values.All(float.IsFinite))
            throw new InvalidDataException(weight.Source is null
                ? $"the {weight.Role} of a {kind}, which follows from several numbers of the file, has NaN or infinity"
                : $"the {weight.Role} of a {kind}, '{weight.Source}', holds NaN or infinity; it was saved after training diverged, or is damaged");
    }

    void Read(NodeProto node)
    {
        try
        {
            if (!string.IsNullOrEmpty(node.Domain) && node.Domain != "ai.onnx") throw new NotSupportedException($"the operator is of the domain {node.Domain}");
            if (!OperatorTable.Rows.TryGetValue(node.OpType, out var read)) throw new NotSupportedException("the operator has no counterpart");
            var others = node.Output.Skip(1).Where(o => reads.ContainsKey(o) || o == graph.Output[0].Name).ToList();
            if (others.Count > 0) throw new NotSupportedException($"what it gives as '{others[0]}' is read too; only its first output is supported");
            int before = layers.Count;
            var value = values[node.Output[0]] = read(this, node);
            if (layers.Skip(before).Any(l => l.Weights.Count > 0) && shared.Take(node, values)) Note(SharedWeights.Note);
            // What reads half of a pixel may read the layer's value itself.
            var of = value is HalfPixel half ? half.Of : value as LayerValue;
            if (of is { Layer: >= 0 and var layer }) names[layer].Add(node.Output[0]);
        }
        catch (UnknownInputException)
        {
            GivesUnknown(node);
        }
        catch (NotSupportedException exception)
        {
            unsupported.Add((node.Label, node.OpType, exception.Message));
            GivesUnknown(node);
        }
        catch (InvalidDataException exception) when (!Limits.IsSpent)
        {
            malformed.Add(exception.Message);
            GivesUnknown(node);
        }
    }

    void GivesUnknown(NodeProto node)
    {
        foreach (string output in node.Output.Where(o => o.Length > 0)) values[output] = new Unknown();
    }

    static Shape InputShape(ValueInfoProto declared, Shape? given)
    {
        var dims = declared.Type?.TensorType?.Shape?.Dim;
        // Some writers leave a size open as -1.
        long[] sizes = dims is null ? [] : [.. dims.Select(d => d.HasDimValue && d.DimValue != -1 ? d.DimValue : 0)];
        if (sizes.Length is not (0 or 4))
            throw new InvalidDataException($"the input '{declared.Name}' has {sizes.Length} dimensions; images have 4, [n, channels, height, width]");
        if (sizes.Any(s => s is < 0 or > int.MaxValue)) throw new InvalidDataException($"the input '{declared.Name}' has the shape [{Wording.Listing(sizes)}]");
        if (given is { } shape)
        {
            int[] asked = [shape.Channels, shape.Height, shape.Width];
            for (int i = 1; i < sizes.Length; i++)
                if (sizes[i] > 0 && sizes[i] != asked[i - 1]) throw new ArgumentException($"The file's input is [n, {Wording.Listing(sizes.Skip(1))}], not {shape}.");
            return shape;
        }

        if (sizes.Length == 0 || sizes.Skip(1).Any(s => s == 0))
            throw new InvalidDataException($"the input '{declared.Name}' leaves its size open; give it, as 3x224x224");
        return Checked.Image($"the input '{declared.Name}'", sizes[1], sizes[2], sizes[3]);
    }
}

/// <summary>A node reads the value of one that was reported already.</summary>
sealed class UnknownInputException : Exception;
