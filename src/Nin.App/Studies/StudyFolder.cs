using System.Text.Json;
using Nin.App.Output;
using Nin.App.Runs;
using Nin.Training;

namespace Nin.App.Studies;

/// <summary>A run that a study wants.</summary>
readonly record struct PlannedRun(StudyRow Row, ModelEntry Model, TrainSettings Settings, RunFolder Folder);

/// <summary>A run of a study that has ended.</summary>
sealed record FinishedRun(StudyRow Row, ModelEntry Model, TrainSettings Settings, RunFolder Folder, IReadOnlyList<EpochMetrics> Epochs)
{
    public EpochMetrics Last => Epochs[^1];
}

/// <summary>
/// The folder of a study: <c>(row)/seed-(n)</c> is a run folder like any other, with its manifest, and what has ended is known by it alone. So whoever starts
/// the study again, in another process or on another day, goes on where it stopped.
/// </summary>
sealed class StudyFolder(string path, ModelCatalog models)
{
    /// <summary>The folder of studies for which none was named.</summary>
    public const string Default = "experiments";

    public string Path { get; } = path;

    /// <summary>The networks that its runs may be of.</summary>
    public ModelCatalog Models { get; } = models;

    public string Table => In("table.md");

    public string Runs => In("runs.csv");

    public string Plot => In("plot.png");

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>All runs of a scale, seed by seed, so that a study that is stopped can be compared as far as it came.</summary>
    /// <param name="scale">The rows.</param>
    /// <param name="seeds">Runs of each.</param>
    /// <param name="change">What the user wants otherwise than the study.</param>
    public IReadOnlyList<PlannedRun> Plan(StudyScale scale, int seeds, Func<TrainSettings, TrainSettings> change) =>
    [
        .. from seed in Enumerable.Range(0, seeds)
           from row in scale.Rows
           select new PlannedRun(row, Models.Known(row.Model), change(row.Settings) with { Seed = seed }, new RunFolder(In(System.IO.Path.Combine(row.Name, $"seed-{seed}")))),
    ];

    /// <summary>The run, if it has ended.</summary>
    /// <exception cref="UsageException">The folder has a run with other settings.</exception>
    /// <exception cref="InvalidDataException">Its files are damaged, or of a network with other layers.</exception>
    public FinishedRun? Finished(in PlannedRun run)
    {
        if (!File.Exists(run.Folder.ManifestFile)) return null;
        Check(run, run.Folder.ReadManifest(Models));
        // The report is the last file that a run writes.
        var epochs = run.Folder.ReadMetrics();
        return epochs.Count == run.Settings.Epochs && File.Exists(run.Folder.Report) ? new FinishedRun(run.Row, run.Model, run.Settings, run.Folder, epochs) : null;
    }

    void Check(in PlannedRun run, Manifest manifest)
    {
        string fix = $"name another folder with --out, or delete {Path}";
        if (Difference(run, manifest) is { } difference) throw new UsageException($"{run.Folder.Path} is of another study: {difference}; {fix}.");
        if (manifest.Architecture != run.Model.Architecture().Hash())
            throw new InvalidDataException($"{run.Folder.Path} was made by a version of {run.Model.Id} with other layers; {fix}.");
    }

    static string? Difference(in PlannedRun run, Manifest manifest)
    {
        if (manifest.Model != run.Model.Id) return $"its model is {manifest.Model}, not {run.Model.Id}";
        // A batch that follows the number of images is whatever it was.
        var settings = run.Settings.Batch is null ? run.Settings with { Batch = manifest.Options.Batch, Lr = manifest.Options.Lr } : run.Settings;
        if (manifest.Options == settings) return null;
        var (was, now) = (Properties(manifest.Options), Properties(settings));
        string name = was.Keys.Union(now.Keys).First(k => was.GetValueOrDefault(k) != now.GetValueOrDefault(k));
        return $"its {name} is {was.GetValueOrDefault(name) ?? "not set"}, not {now.GetValueOrDefault(name) ?? "unset"}";
    }

    static Dictionary<string, string> Properties(TrainSettings settings) =>
        JsonSerializer.SerializeToElement(settings, FileJson.Indented.TrainSettings).EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString());
}
