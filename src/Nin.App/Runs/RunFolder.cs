using System.Globalization;
using System.Text.Json;
using Nin.Checkpoints;
using Nin.App.Output;
using Nin.Training;

namespace Nin.App.Runs;

/// <summary>The folder of a run. Every file in it is replaced as a whole or not at all.</summary>
sealed class RunFolder(string path)
{
    /// <summary>The folder of runs for which none was named.</summary>
    public const string Default = "runs";

    const string LockFile = ".lock";

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
    /// <exception cref="UsageException">It exists already and is not empty.</exception>
    public static RunFolder New(string? named, string model)
    {
        if (named is not null) new RunFolder(named).RequireEmpty();
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

    /// <summary>Makes sure that it holds neither a run nor any other file.</summary>
    /// <exception cref="UsageException">It exists already and is not empty.</exception>
    public void RequireEmpty()
    {
        if (!File.Exists(Path) && (!Directory.Exists(Path) || Directory.EnumerateFileSystemEntries(Path).All(IsOfNoRun))) return;
        string resume = File.Exists(ManifestFile) ? $"continue with --resume {Path}, or " : "";
        throw new UsageException($"--out {Path} exists already and is not empty: {resume}name another folder.");
    }

    /// <summary>
    /// Takes the folder, which is created, for this process until the result is disposed. The lock is the system's and ends with the process, however it ends;
    /// its file stays, because a deleted one could be locked by two processes.
    /// </summary>
    /// <exception cref="IOException">Another process has it, or the folder cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public IDisposable Lock()
    {
        AtomicFile.CreateFolder(Path);
        try
        {
            return new FileStream(In(LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (IsInUse(exception))
        {
            throw new IOException($"{Path} is in use by another `{NinApp.Name} train`: wait until that ends, or stop it, or train into another folder.", exception);
        }
    }

    /// <exception cref="InvalidDataException">There is no manifest, or it has something that no run was started with.</exception>
    public Manifest ReadManifest(ModelCatalog models)
    {
        RequireManifest();
        var manifest = ParseManifest();
        return manifest.Problem(models) is { } problem ? throw new InvalidDataException($"{ManifestFile}: {problem}. Correct it, or start a new run.") : manifest;
    }

    /// <summary>Makes sure that a run is in it.</summary>
    /// <exception cref="InvalidDataException">There is no manifest.</exception>
    public void RequireManifest()
    {
        if (!File.Exists(ManifestFile))
            throw new InvalidDataException($"{Path} is not a run folder: it has no manifest.json. Name the folder that `{NinApp.Name} train` printed.");
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

    // All that a run leaves that was killed before it had a manifest: there is nothing to resume or to lose.
    static bool IsOfNoRun(string path) => System.IO.Path.GetFileName(path) == LockFile || AtomicFile.IsUnfinished(path, "manifest.json");

    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION.
    static bool IsInUse(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);

    string In(string name) => System.IO.Path.Combine(Path, name);
}
