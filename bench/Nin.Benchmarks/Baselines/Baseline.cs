namespace Nin.Benchmarks.Baselines;

/// <summary>Something that is measured, as a process of its own for each measurement.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Command">Program and first arguments; a workload's own follow.</param>
/// <param name="Variables">Environment variables that it is started with.</param>
sealed record Baseline(string Name, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>A command that starts and ends as this one does, but computes nothing: what its launcher alone costs; none without one.</summary>
    public IReadOnlyList<string> LauncherAlone { get; init; } = [];

    /// <summary>What follows the workload's arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Path of a network for a baseline that reads them from files; null for one that builds them.</summary>
    public Func<string, string>? ModelFile { get; init; }

    /// <summary>The reason why it cannot run at all; null where it can, as far as is known.</summary>
    public string? Unavailable { get; init; }

    /// <summary>Whether it has this workload: ONNX Runtime does not train.</summary>
    public bool Has(Workload workload) => ModelFile is null || !workload.IsTraining;

    /// <summary>Program and arguments for a workload.</summary>
    public IReadOnlyList<string> CommandFor(Workload workload, double seconds) =>
    [
        .. Command, workload.IsTraining ? "train" : "infer", ModelFile?.Invoke(workload.Model) ?? workload.Model, $"{workload.Batch}", $"{seconds:R}", .. Arguments,
    ];
}
