using Nin.App.Output;
using Nin.App.Results;

namespace Nin.App.Runs;

/// <summary>A run to be made: a new one, or one to resume.</summary>
/// <param name="Model">What is trained.</param>
/// <param name="Settings">How.</param>
/// <param name="Folder">Where its files are; of an earlier run the caller holds the lock.</param>
/// <param name="Earlier">What the run began with that is to go on; null for a new one.</param>
sealed record RunRequest(ModelEntry Model, TrainSettings Settings, RunFolder Folder, Manifest? Earlier)
{
    public const int DefaultCheckpointMinutes = 10;

    /// <summary>The folder of images that the user named, or null.</summary>
    public string? Data { get; init; }

    /// <summary>The longest time without a checkpoint.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(DefaultCheckpointMinutes);

    /// <summary>Whether it writes an event file, too.</summary>
    public bool TensorBoard { get; init; }

    /// <summary>The processes that share the run; null for this one alone.</summary>
    public RankGroup? Ranks { get; init; }

    /// <summary>Whether this process writes the run's files: of several, rank 0 alone.</summary>
    public bool Writes => Ranks is null or { Rank: 0 };

    /// <summary>See <see cref="Training.TrainerOptions.SynchronizeBatchNorm"/>.</summary>
    public bool SynchronizesBatchNorm { get; init; }

    /// <summary>The command that resumes it, after the program's name.</summary>
    public string ResumeCommand { get; init; } = $"train --resume {Folder.Path}";

    /// <summary>Trains it to its end, or on from its checkpoint.</summary>
    /// <exception cref="RunStoppedException">The user stopped it; all files are whole, and a checkpoint has every step.</exception>
    /// <exception cref="UsageException">The network and the images do not fit, or the folder is in use.</exception>
    /// <exception cref="InvalidDataException">An earlier run was another one, or its files are damaged.</exception>
    public async Task<TrainResult> TrainAsync(Device on, Report report, CancellationToken cancellation)
    {
        string? named = Data ?? (Settings.Dataset == RunData.FolderName ? Earlier?.Data.Path : null);
        Ranks?.BeginWork("reading the data");
        var images = await RunData.ForRunAsync(Settings, Model, named, report.Note, cancellation, Ranks is null ? null : Ranks.Progressed).ConfigureAwait(false);
        return (this with { Settings = Settings.ForImages(images.Training!.Count) }).Train(images, on, report, cancellation);
    }

    TrainResult Train(RunData images, Device on, Report report, CancellationToken cancellation)
    {
        using var network = Recipe.Network(Model, Settings, on);
        var manifest = Manifest.Of(Model, Settings, images, on);
        Earlier?.CheckSame(manifest, Folder.ManifestFile);
        images.CheckBatch(Settings.BatchSize, network.Architecture.Input);
        // A new folder is made when nothing else can be wrong; it may have been another run's in the meantime.
        using var begun = Earlier is null && Writes ? Folder.Lock() : null;
        if (Writes)
        {
            if (Earlier is null) Folder.RequireEmpty();
            Folder.ClearUnfinished();
            Folder.Write(Earlier ?? manifest);
        }

        string heldOut = Settings.HoldOut is { } count ? $", tested on {Tables.Count(count)} held out" : "";
        string source = images.Preprocessing is null ? Settings.Dataset : images.Source.Path!;
        report.Note($"{Model.Id} on {on}, {Tables.Count(images.Training!.Count)} training images of {source}{heldOut}, into {Folder.Path}");
        if (Ranks is not null) report.Note(Describe(network));
        return new TrainRun(this, images, Earlier ?? manifest, report).Execute(network, cancellation);
    }

    string Describe(INetwork network)
    {
        if (Ranks!.Count == 1) return $"1 process: `mpirun -n 4 {NinApp.Name} train --distributed` starts four";
        string bits = Training.RankBits.Differ(network, Ranks.Count, Settings.BatchSize, SynchronizesBatchNorm) is { } why
            ? $"not the bits of one process: {why}"
            : "with the bits of one process";
        return $"{Ranks.Count} processes, {(Settings.BatchSize - 1) / Ranks.Count + 1} of {Settings.BatchSize} images per step each, {bits}";
    }
}
