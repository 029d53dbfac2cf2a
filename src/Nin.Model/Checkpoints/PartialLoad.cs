using Nin.Checkpoints;

namespace Nin;

/// <summary>How weights are taken from a file of another network: <see cref="Checkpoint.Load(INetwork, string, LoadOptions)"/>.</summary>
public sealed record LoadOptions
{
    /// <summary>Whether every parameter must be in the file and every tensor of the file be used. Default: true.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>What the names in the file begin with (<c>"backbone."</c>); tensors without it are left alone. Default: nothing.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// The name in the file, without the prefix, by the parameter's own, such as <c>ImportedNames</c> of an imported class or <see cref="TorchvisionNames"/>. What
    /// it does not list has one name in both; where the load is not strict, it may list parameters that this network does not have, as a body under a new head. Null for none.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Names { get; init; }

    /// <summary>Takes NaN and infinities as they are. Default: false.</summary>
    public bool AllowNonFinite { get; init; }
}

/// <summary>What a file gave to a network.</summary>
/// <param name="Loaded">The network's parameters and buffers that were read.</param>
/// <param name="Missing">Those that the file does not have, which stay as they were.</param>
/// <param name="Mismatched">Those that have another shape or type in the file, with both, and stay as they were.</param>
/// <param name="Unused">Tensors of the file, of those with the prefix, that no parameter is read from.</param>
public sealed record LoadReport(
    IReadOnlyList<string> Loaded, IReadOnlyList<string> Missing, IReadOnlyList<string> Mismatched, IReadOnlyList<string> Unused)
{
    /// <summary>One line: how many were loaded, and the names of the others.</summary>
    public override string ToString()
    {
        int all = Loaded.Count + Missing.Count + Mismatched.Count;
        return $"{Loaded.Count} of {all} parameters and buffers loaded" + Names("missing in the file", Missing) + Names("of another shape", Mismatched) + Names("not used of the file", Unused);
    }

    static string Names(string what, IReadOnlyList<string> names)
    {
        const int most = 6;
        string more = names.Count > most ? $" and {names.Count - most} more" : "";
        return names.Count == 0 ? "" : $"; {what}: {string.Join(", ", names.Take(most))}{more}";
    }
}

/// <summary>Compares a network with the file of another one, and reads what both have.</summary>
static class PartialLoad
{
    const string StepsSuffix = ".num_batches_tracked";

    public static LoadReport Run(INetwork network, SafetensorsReader reader, LoadOptions options)
    {
        string[] unknown = [.. (options.Names?.Keys ?? []).Where(name => !network.Parameters.TryGet(name, out _))];
        if (unknown.Length > 0 && (options.Strict || unknown.Length == options.Names!.Count))
        {
            throw new ArgumentException(
                $"{network.Architecture.Name} has no parameter '{unknown[0]}'; {nameof(LoadOptions)}.{nameof(LoadOptions.Names)} maps its parameters to names in the file." +
                (unknown.Length < options.Names!.Count ? $" To take what fits, load with {nameof(LoadOptions.Strict)} = false." : ""),
                nameof(options));
        }

        List<(Parameter Parameter, string Name)> found = [];
        List<string> missing = [], mismatched = [];
        foreach (var parameter in network.Parameters)
        {
            string name = NameOf(parameter, options);
            if (reader.Find(name) is not { } entry) missing.Add(parameter.Name);
            else if (entry.IsFloat && IsOf(entry.Shape, parameter.Spec.Dims)) found.Add((parameter, name));
            else mismatched.Add($"{parameter.Name} [{string.Join(", ", parameter.Spec.Dims)}], {entry.Kind} in the file");
        }

        var used = found.Select(f => f.Name).Concat(network.Parameters.Select(p => NameOf(p, options))).ToHashSet(StringComparer.Ordinal);
        string[] unused =
        [
            .. reader.Tensors.Select(t => t.Name)
                .Where(name => name.StartsWith(options.Prefix, StringComparison.Ordinal) && !used.Contains(name) && !name.EndsWith(StepsSuffix, StringComparison.Ordinal)),
        ];
        var report = new LoadReport([.. found.Select(f => f.Parameter.Name)], missing, mismatched, unused);
        if (found.Count == 0) throw new InvalidDataException(NothingMatches(network, reader, options));
        if (options.Strict && (missing.Count > 0 || mismatched.Count > 0 || unused.Length > 0))
        {
            throw new InvalidDataException(
                $"{reader.Path} does not fit {network.Architecture.Name}: {report}. To take what fits, load with {nameof(LoadOptions.Strict)} = false.");
        }

        var values = Checkpoint.Stage(reader, found.Select(f => f.Name), options.AllowNonFinite);
        using var writing = network.Parameters.Write();
        foreach (var ((parameter, _), ofFile) in found.Zip(values)) parameter.CopyFrom(ofFile);
        return report;
    }

    // A linear layer and a 1x1 convolution of the same numbers differ by ones at the end.
    static bool IsOf(IReadOnlyList<long> shape, int[] dims)
    {
        int most = Math.Max(shape.Count, dims.Length);
        for (int i = 0; i < most; i++)
        {
            if ((i < shape.Count ? shape[i] : 1) != (i < dims.Length ? dims[i] : 1)) return false;
        }

        return true;
    }

    static string NameOf(Parameter parameter, LoadOptions options) => options.Prefix + (options.Names?.GetValueOrDefault(parameter.Name) ?? parameter.Name);

    static string NothingMatches(INetwork network, SafetensorsReader reader, LoadOptions options)
    {
        var first = network.Parameters[0];
        string prefix = options.Prefix.Length > 0 ? $" after the prefix '{options.Prefix}'" : "";
        string has = string.Join(", ", reader.Tensors.Take(3).Select(t => SafetensorsHeader.Quote(t.Name)));
        return
            $"Nothing in {reader.Path} matches {network.Architecture.Name}: none of its {reader.Tensors.Count} tensors ({has}...) has the name and shape of a parameter{prefix} " +
            $"('{NameOf(first, options)}' [{string.Join(", ", first.Spec.Dims)}]...). Give {nameof(LoadOptions.Prefix)} or {nameof(LoadOptions.Names)}.";
    }
}
