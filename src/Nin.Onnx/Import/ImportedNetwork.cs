using System.Globalization;
using Nin.Checkpoints;

namespace Nin.Onnx;

/// <summary>A network that was read from an ONNX file: what to declare, and its weights.</summary>
/// <param name="Name">The class.</param>
/// <param name="Source">The file's name.</param>
/// <param name="Input">Shape of one example that goes in.</param>
/// <param name="Layers">Its layers, in an order in which each reads earlier ones.</param>
/// <param name="Notes">What the reader of the declaration should know: what was left out, what was folded.</param>
/// <param name="Metadata">
/// Strings of the file that begin with <c>nin.</c>, such as its preprocessing; not those of the class that it was (<see cref="Checkpoint.IsOwnKey"/>). Of another
/// program's file, the preprocessing that its own metadata describe.
/// </param>
public sealed record ImportedNetwork(
    string Name, string Source, Shape Input, IReadOnlyList<ImportedLayer> Layers, IReadOnlyList<string> Notes, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>What the file ends in after the logits, which the layers leave out.</summary>
    public NetworkEnding Ending { get; init; }

    /// <summary>Trained elements and running statistics.</summary>
    public long ParameterCount => Layers.Sum(l => l.Weights.Sum(w => (long)w.Values.Length));

    /// <summary>The name in the ONNX file of each tensor, by the name that it has here.</summary>
    public IReadOnlyDictionary<string, string> OriginalNames =>
        Layers.SelectMany(l => l.Weights.Select(w => (Name: $"{l.Name}.{w.Role}", w.Source)))
            .Where(w => w.Source is not null).ToDictionary(w => w.Name, w => w.Source!, StringComparer.Ordinal);

    /// <summary>The declaration: a partial class with its layers as attributes, as C#.</summary>
    /// <param name="nameSpace">Its namespace; null for none.</param>
    /// <exception cref="ArgumentException"><paramref name="nameSpace"/> cannot be a namespace's name.</exception>
    public string ToDeclaration(string? nameSpace = null) => nameSpace is null || Identifiers.IsNamespace(nameSpace)
        ? new DeclarationWriter(this, nameSpace).Write()
        : throw new ArgumentException($"'{nameSpace}' is not a valid namespace: use C# identifiers with dots between them.", nameof(nameSpace));

    /// <summary>The network as it can be run without being compiled, with its weights on a device.</summary>
    /// <exception cref="InsufficientMemoryException">The device has insufficient memory.</exception>
    internal StepNetwork ToSteps(Device device)
    {
        var parameters = new ParameterSet(device, [.. Layers.SelectMany(l => l.Weights.Select(w => new ParameterSpec($"{l.Name}.{w.Role}", w.RoleIn(l.Kind), w.Dims)))]);
        try
        {
            var builder = new StepNetworkBuilder(Input);
            int[] values = new int[Layers.Count];
            for (int i = 0; i < values.Length; i++)
            {
                var layer = Layers[i];
                foreach (var weight in layer.Weights) parameters[$"{layer.Name}.{weight.Role}"].CopyFrom(weight.Values);
                var steps = new LayerSteps(layer, [.. layer.Inputs.Select(l => l < 0 ? Input : Layers[l].Output)], parameters);
                values[i] = steps.AddTo(builder, [.. layer.Inputs.Select(l => l < 0 ? StepNetworkBuilder.NetworkInput : values[l])]);
            }

            return builder.Build(parameters, Source);
        }
        catch
        {
            parameters.Dispose();
            throw;
        }
    }

    /// <summary>Writes the weights under the names that the declared class loads. The file is replaced as a whole or not at all.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void SaveWeights(string path)
    {
        var writer = new SafetensorsWriter();
        foreach (var (key, value) in Metadata) writer.SetMetadata(key, value);
        writer.SetMetadata(Checkpoint.ModelKey, Name);
        writer.SetMetadata(Checkpoint.FormatVersionKey, 1.ToString(CultureInfo.InvariantCulture));
        writer.SetMetadata(Checkpoint.TrainingStepsKey, "0");
        foreach (var layer in Layers)
        {
            foreach (var weight in layer.Weights)
            {
                writer.AddFloats($"{layer.Name}.{weight.Role}", Array.ConvertAll(weight.Dims, d => (long)d), () => weight.Values);
                if (weight.Role == "running_var") writer.AddIntegers($"{layer.Name}.num_batches_tracked", [], () => [0]);
            }
        }

        writer.Save(path);
    }
}

/// <summary>A layer that was read from an ONNX file.</summary>
/// <param name="Kind">Its attribute: <c>Conv2d</c>.</param>
/// <param name="Arguments">The arguments that are not the default, as the attribute calls them; a flag is 0 or 1.</param>
/// <param name="Inputs">The layers it reads, by position from 0; -1 is the network's input.</param>
/// <param name="Output">Shape of one example that comes out.</param>
/// <param name="Weights">Its parameters and buffers.</param>
public sealed record ImportedLayer(
    string Kind, IReadOnlyList<LayerArgument> Arguments, IReadOnlyList<int> Inputs, Shape Output, IReadOnlyList<ImportedTensor> Weights)
{
    /// <summary>Its name in the declaration.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>An argument's value, or null where it is the default.</summary>
    internal double? this[string argument] =>
        Arguments.Where(a => a.Name == argument).Select(a => (double?)a.Value).FirstOrDefault();
}

/// <summary>A parameter of a layer.</summary>
/// <param name="Role">What follows the layer's name in its own: <c>weight</c>.</param>
/// <param name="Dims">Its dimensions in PyTorch's order.</param>
/// <param name="Values">Its elements.</param>
/// <param name="Source">Its name in the ONNX file; null where it was computed.</param>
public sealed record ImportedTensor(string Role, int[] Dims, float[] Values, string? Source)
{
    /// <summary>What it is to a layer of a kind.</summary>
    internal ParameterRole RoleIn(string kind) => (Role, kind) switch
    {
        ("weight", "BatchNorm2d") => ParameterRole.Scale,
        ("bias", "BatchNorm2d") => ParameterRole.Shift,
        ("weight", _) => ParameterRole.Weight,
        ("bias", _) => ParameterRole.Bias,
        ("running_mean", _) => ParameterRole.RunningMean,
        _ => ParameterRole.RunningVariance,
    };
}
