using System.Globalization;
using System.Text.Json;
using Nin.Checkpoints;
using Nin.App.Output;
using Nin.Training;

namespace Nin.App.Runs;

/// <summary>The folder of a run. Every file in it is replaced as a whole or not at all.</summary>
sealed class RunFolder(string path)
{
    /// <summary>Where runs are that nobody named a folder for.</summary>
    public const string Default = "runs";

    public string Path { get; } = path;

    public string CheckpointFolder => In("checkpoint");

    public string Weights => In("model.safetensors");

    public string Curves => In("curves.png");

    public string Confusion => In("confusion.png");

    public string Report => In("report.html");

    public string Events => In(EventFile.Name);

    public string MetricsFile => In("metrics.csv");

    public string ManifestFile => In("manifest.json");

    /// <summary>A folder for a new run: the one that the user named, or <c>runs/(time)-(model)</c>.</summary>
    /// <exception cref="UsageException">It is there already and not empty.</exception>
    public static RunFolder New(string? named, string model)
    {
        if (named is not null && (File.Exists(named) || (Directory.Exists(named) && Directory.EnumerateFileSystemEntries(named).Any(e => !IsUnfinishedManifest(e)))))
        {
            string resume = File.Exists(System.IO.Path.Combine(named, "manifest.json")) ? $"go on with --resume {named}, or " : "";
            throw new UsageException($"--out {named} is there already and not empty: {resume}name another folder.");
        }

        string time = DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string unnamed = System.IO.Path.Combine(Default, $"{time}-{model}");
        for (int i = 2; named is null && Directory.Exists(unnamed); i++) unnamed = System.IO.Path.Combine(Default, $"{time}-{model}-{i}");
        return new RunFolder(named ?? unnamed);
    }

    /// <summary>The weights of the run under <see cref="Default"/> that was saved last.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static string NewestWeights()
    {
        var files = Directory.Exists(Default) ? Directory.EnumerateDirectories(Default).Select(run => new RunFolder(run).Weights).Where(File.Exists) : [];
        return files.MaxBy(File.GetLastWriteTimeUtc)
            ?? throw new UsageException($"there is no run under {Default}: name weights with --weights, or train first with `{NinApp.Name} train`.");
    }

    /// <exception cref="InvalidDataException">There is no manifest, or it has something that no run was started with.</exception>
    public Manifest ReadManifest(ModelCatalog models)
    {
        if (!File.Exists(ManifestFile))
            throw new InvalidDataException($"{Path} is not a run folder: it has no manifest.json. Name the folder that `{NinApp.Name} train` printed.");
        var manifest = ParseManifest();
        return manifest.Problem(models) is { } problem ? throw new InvalidDataException($"{ManifestFile}: {problem}. Put it right, or start a new run.") : manifest;
    }

    Manifest ParseManifest()
    {
        try
        {
            using var stream = File.OpenRead(ManifestFile);
            return JsonSerializer.Deserialize(stream, FileJson.Indented.Manifest)
                ?? throw new InvalidDataException($"{ManifestFile} is empty; start a new run.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{ManifestFile} is damaged ({ErrorText.Of(exception)}); start a new run.", exception);
        }
    }

    public void Write(Manifest manifest)
    {
        AtomicFile.CreateFolder(Path);
        AtomicFile.Write(ManifestFile, stream => JsonSerializer.Serialize(stream, manifest, FileJson.Indented.Manifest));
    }

    public void Write(IReadOnlyList<EpochMetrics> epochs) => AtomicFile.Write(MetricsFile, stream => MetricsTable.Write(stream, epochs));

    public IReadOnlyList<EpochMetrics> ReadMetrics() => File.Exists(MetricsFile) ? MetricsTable.Read(MetricsFile) : [];

    public static void Write(string file, byte[] content) => AtomicFile.Write(file, stream => stream.Write(content), content.Length);

    /// <summary>Deletes what programs left that were killed while they wrote a file of this folder.</summary>
    public void ClearUnfinished()
    {
        if (!Directory.Exists(Path)) return;
        foreach (string file in (string[])[Weights, Curves, Confusion, Report, Events, MetricsFile, ManifestFile]) AtomicFile.ClearUnfinished(file);
    }

    // All that a run leaves that was killed before it had a manifest: there is nothing to resume, and nothing that is anyone's.
    static bool IsUnfinishedManifest(string path) => AtomicFile.IsUnfinished(path, "manifest.json");

    string In(string name) => System.IO.Path.Combine(Path, name);
}
