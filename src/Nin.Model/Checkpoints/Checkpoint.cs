using System.Globalization;
using Nin.Checkpoints;

namespace Nin;

/// <summary>
/// A network's weights as a safetensors file, with the names and shapes that PyTorch's <c>state_dict</c> has for the same layers, so that
/// either side reads the other's files.
/// </summary>
public static class Checkpoint
{
    /// <summary>Metadata: the network's class.</summary>
    public const string ModelKey = "nin.model";

    /// <summary>Metadata: <see cref="Architecture.Hash"/>.</summary>
    public const string ArchitectureKey = "nin.architecture";

    /// <summary>Metadata: the version of these conventions.</summary>
    public const string FormatVersionKey = "nin.format_version";

    /// <summary>Metadata: training steps that the weights have seen.</summary>
    public const string TrainingStepsKey = "nin.training_steps";

    const int FormatVersion = 1;
    const string RunningVarianceSuffix = ".running_var";
    const string StepsSuffix = ".num_batches_tracked";

    /// <summary>Whether this class writes a key: what other files say under it is of other weights, and <see cref="Save"/> refuses it.</summary>
    public static bool IsOwnKey(string key) => key is ModelKey or ArchitectureKey or FormatVersionKey or TrainingStepsKey;

    /// <summary>Writes a network's parameters and buffers. The file at the path is replaced as a whole or not at all.</summary>
    /// <param name="network">What to save.</param>
    /// <param name="path">Where to; the folder exists.</param>
    /// <param name="metadata">Strings to keep with the weights, beside those that this class defines.</param>
    /// <exception cref="ArgumentException">The metadata has a key that this class defines.</exception>
    /// <exception cref="IOException">The file could not be written: the message has path, bytes and reason.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static void Save(INetwork network, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        foreach (string key in metadata?.Keys ?? [])
        {
            if (IsOwnKey(key))
                throw new ArgumentException($"The metadata key '{key}' is written by Checkpoint itself; choose another.", nameof(metadata));
        }

        var writer = Writer(network, parameter => parameter.ToArray());
        foreach (var (key, value) in metadata ?? new Dictionary<string, string>()) writer.SetMetadata(key, value);
        using var reading = network.Parameters.Read();
        writer.Save(path);
    }

    /// <summary>A network as a file that is still to be written.</summary>
    /// <param name="network">Asked for its values when they are written.</param>
    /// <param name="values">Gives a parameter's values.</param>
    internal static SafetensorsWriter Writer(INetwork network, Func<Parameter, float[]> values)
    {
        var writer = new SafetensorsWriter();
        writer.SetMetadata(ModelKey, network.Architecture.Name);
        writer.SetMetadata(ArchitectureKey, network.Architecture.Hash());
        writer.SetMetadata(FormatVersionKey, FormatVersion.ToString(CultureInfo.InvariantCulture));
        writer.SetMetadata(TrainingStepsKey, network.TrainingSteps.ToString(CultureInfo.InvariantCulture));
        foreach (var parameter in network.Parameters)
        {
            writer.AddFloats(parameter.Name, ShapeOf(parameter.Spec), () => values(parameter));
            if (StepsName(parameter.Spec) is { } name) writer.AddIntegers(name, [], () => [network.TrainingSteps]);
        }

        return writer;
    }

    /// <summary>
    /// Reads parameters, buffers and the number of training steps into a network. All names, shapes, types and values are checked before
    /// anything is written to the network, and sessions that serve meanwhile answer from the old weights or from the new, never from both.
    /// </summary>
    /// <param name="network">What to load.</param>
    /// <param name="path">A safetensors file with this network's parameters.</param>
    /// <param name="allowNonFinite">
    /// Takes NaN and infinities as they are, to look into a network that has diverged. Unless asked for they are an error: every answer of such
    /// a network would be wrong.
    /// </param>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, or another network's: the message names the first tensor that differs, with both shapes. Or it holds NaN or
    /// infinities: the message names the first parameter that has them, and how many.
    /// </exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static void Load(INetwork network, string path, bool allowNonFinite = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var reader = SafetensorsReader.Open(path);
        Load(network, reader, allowNonFinite);
    }

    /// <summary>The same from a stream, which is left open: one that cannot seek is first taken into memory.</summary>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">As of a file.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public static void Load(INetwork network, Stream stream, bool allowNonFinite = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var reader = SafetensorsReader.Open(stream);
        Load(network, reader, allowNonFinite);
    }

    /// <summary>
    /// Reads what a file of another network has for this one: under other names, with a prefix, or in part. All that is read is checked before anything is
    /// written to the network; the number of training steps stays.
    /// </summary>
    /// <param name="network">What to load.</param>
    /// <param name="path">A safetensors file; F16, BF16 and F64 are read too.</param>
    /// <param name="options">What counts as the same.</param>
    /// <returns>What was loaded, what is missing, what has another shape and what was not used; <c>ToString</c> is a line of it.</returns>
    /// <exception cref="ArgumentException"><see cref="LoadOptions.Names"/> has a name that is not a parameter of the network.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or holds NaN or infinities; nothing matches; or something does not and the load is strict. The message says what.
    /// </exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static LoadReport Load(INetwork network, string path, LoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        using var reader = SafetensorsReader.Open(path);
        return PartialLoad.Run(network, reader, options);
    }

    /// <summary>Loads a network that was just created, and returns it: one whose weights cannot be read is disposed.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or another network's.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static TNetwork LoadInto<TNetwork>(TNetwork network, string path) where TNetwork : INetwork =>
        OrDispose(network, () => Load(network, path));

    /// <summary>The same from a stream.</summary>
    /// <exception cref="InvalidDataException">What the stream holds is damaged, or another network's.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public static TNetwork LoadInto<TNetwork>(TNetwork network, Stream stream) where TNetwork : INetwork =>
        OrDispose(network, () => Load(network, stream));

    static TNetwork OrDispose<TNetwork>(TNetwork network, Action load) where TNetwork : INetwork
    {
        try
        {
            load();
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    static void Load(INetwork network, SafetensorsReader reader, bool allowNonFinite)
    {
        int steps = Verify(network, reader);
        var values = Stage(reader, network.Parameters.Select(p => p.Name), allowNonFinite);
        Write(network, values, steps);
    }

    /// <summary>Reads what a file says about itself: the strings above and what its writer added.</summary>
    /// <exception cref="InvalidDataException">The file is not a valid safetensors file.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path)
    {
        using var reader = SafetensorsReader.Open(path);
        return reader.Metadata;
    }

    /// <summary>The same of a stream, which is left open where its tensors begin, or at its end if it cannot seek.</summary>
    /// <exception cref="InvalidDataException">It is not a valid safetensors file.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(Stream stream)
    {
        using var reader = SafetensorsReader.Open(stream);
        return reader.Metadata;
    }

    /// <summary>Compares a file with a network and returns the number of training steps.</summary>
    internal static int Verify(INetwork network, SafetensorsReader reader)
    {
        if (reader.Metadata.TryGetValue(FormatVersionKey, out string? version)
            && !(int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= FormatVersion))
            throw new InvalidDataException($"{reader.Path} has the format version {SafetensorsHeader.Quote(version)}; this program reads up to {FormatVersion}. Update it.");
        string model = reader.Metadata.TryGetValue(ModelKey, out string? name) ? $" (model {SafetensorsHeader.Quote(name)})" : "";
        var expected = Expected(network).ToList();
        foreach (var (tensor, kind) in expected)
        {
            var entry = reader.Find(tensor);
            string? found = entry?.Kind;
            if (found != kind && !(entry is { IsFloat: true } && SafetensorsEntry.KindOf(SafetensorsType.F32, entry.Shape) == kind))
                throw new InvalidDataException(
                    $"{reader.Path}{model} does not fit {network.Architecture.Name}: tensor '{tensor}' is {kind} in the network and " +
                    $"{found ?? "missing"} in the file.");
        }

        if (reader.Tensors.Count > expected.Count)
        {
            var names = expected.Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
            var more = reader.Tensors.First(t => !names.Contains(t.Name));
            throw new InvalidDataException(
                $"{reader.Path}{model} does not fit {network.Architecture.Name}: tensor {SafetensorsHeader.Quote(more.Name)} is {more.Kind} " +
                "in the file and missing in the network.");
        }

        return Steps(network, reader);
    }

    /// <summary>
    /// Reads tensors of a verified file, each once: all of the file before any of the network, for a disk that fails half-way must not leave a mixture,
    /// nor keep sessions waiting; and what is checked is what is written.
    /// </summary>
    /// <param name="reader">The file.</param>
    /// <param name="names">Its tensors of floats.</param>
    /// <param name="allowNonFinite">Takes values that no layer can compute with.</param>
    /// <exception cref="InvalidDataException">There are such values, or the file was cut short.</exception>
    internal static IReadOnlyList<float[]> Stage(SafetensorsReader reader, IEnumerable<string> names, bool allowNonFinite)
    {
        var staged = names.Select(name => (Name: name, Values: reader.ReadFloats(name))).ToList();
        var wrong = allowNonFinite ? [] : staged.Select(t => (t.Name, t.Values.Length, Count: NonFinite.Count(t.Values))).Where(t => t.Count > 0).ToList();
        if (wrong is not [var first, ..]) return [.. staged.Select(t => t.Values)];
        string others = wrong.Count > 1 ? $", and {wrong.Count} tensors in all have such values" : "";
        throw new InvalidDataException(
            $"{reader.Path} holds a network that has diverged: {first.Count:N0} of the {first.Length:N0} values of '{first.Name}' " +
            $"are NaN or infinite{others}. Use a file from before, or train again with a lower learning rate.");
    }

    /// <summary>Puts staged values into a network, at once for those who serve.</summary>
    internal static void Write(INetwork network, IReadOnlyList<float[]> values, int steps)
    {
        using var writing = network.Parameters.Write();
        foreach (var (parameter, ofFile) in network.Parameters.Zip(values)) parameter.CopyFrom(ofFile);
        network.TrainingSteps = steps;
    }

    static IEnumerable<(string Name, string Kind)> Expected(INetwork network)
    {
        foreach (var parameter in network.Parameters)
        {
            yield return (parameter.Name, SafetensorsEntry.KindOf(SafetensorsType.F32, ShapeOf(parameter.Spec)));
            if (StepsName(parameter.Spec) is { } name) yield return (name, SafetensorsEntry.KindOf(SafetensorsType.I64, []));
        }
    }

    // PyTorch's files have the steps beside each normalisation only; a network without one would lose them.
    static int Steps(INetwork network, SafetensorsReader reader)
    {
        long steps = 0;
        if (reader.Metadata.TryGetValue(TrainingStepsKey, out string? text))
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out steps)) steps = -1;
        }
        else if (network.Parameters.Select(p => StepsName(p.Spec)).FirstOrDefault(n => n is not null) is { } name)
        {
            steps = reader.ReadIntegers(name)[0];
        }

        return steps is >= 0 and <= int.MaxValue
            ? (int)steps
            : throw new InvalidDataException($"{reader.Path} has {(text is null ? $"{steps}" : SafetensorsHeader.Quote(text))} training steps; they must be 0 to {int.MaxValue}.");
    }

    static string? StepsName(ParameterSpec spec) =>
        spec.Role == ParameterRole.RunningVariance && spec.Name.EndsWith(RunningVarianceSuffix, StringComparison.Ordinal)
            ? spec.Name[..^RunningVarianceSuffix.Length] + StepsSuffix
            : null;

    static long[] ShapeOf(ParameterSpec spec) => Array.ConvertAll(spec.Dims, d => (long)d);
}
