using System.CommandLine;
using Nin.Checkpoints;
using Nin.App.Output;
using Nin.App.Results;
using Nin.App.Runs;
using Nin.Distributed;
using Nin.Training;
using Spectre.Console;

namespace Nin.App.Commands;

/// <summary><c>nin train</c>.</summary>
sealed class TrainCommand : Command
{
    // A year: more often than after each epoch, unless one takes as long.
    const int MostCheckpointMinutes = 525_600;

    // A week.
    const int MostTimeout = 604_800;

    static readonly TimeSpan RepeatDelay = TimeSpan.FromSeconds(2);

    readonly ModelCatalog models;
    readonly TrainOptions options;
    readonly Option<string?> data = SharedOptions.Data();
    readonly Option<string?> output = SharedOptions.Folder("--out", "Folder of the run (default: runs/<time>-<model>)");
    readonly Option<string?> resume = SharedOptions.Folder("--resume", "Resume the run in this folder, with its own settings; --epochs makes it longer");
    readonly Option<double?> checkpointMinutes = OptionKinds.Number(
        "--checkpoint-minutes",
        $"Longest time without a checkpoint, which is also written after each epoch and on Ctrl-C ({RunRequest.DefaultCheckpointMinutes}); 0 writes one after every step",
        v => v is >= 0 and <= MostCheckpointMinutes, $"a number of 0 to {MostCheckpointMinutes}");
    readonly Option<bool> tensorboard = new("--tensorboard") { Description = "Write the curves as a TensorBoard event file, too" };
    readonly Option<bool> distributed = new("--distributed")
    {
        Description = "Share the run with the other processes that mpirun started: `mpirun -n 4 nin train --distributed`; --batch is that of all together",
    };

    readonly Option<bool> syncBatchNorm = new("--sync-batchnorm")
    {
        Description = "With --distributed: batch normalisation over the whole batch, and not over each process's part",
    };

    readonly Option<double?> rankTimeout = OptionKinds.Number(
        "--rank-timeout",
        $"With --distributed: seconds that a process may show no progress while nothing tells how long that takes, as in a first step or between steps ({new RanksOptions().Timeout.TotalSeconds})",
        v => v is >= 2 and <= MostTimeout, $"a number of 2 to {MostTimeout}");

    readonly Option<string> device = SharedOptions.Device();
    readonly Option<int?> threads = SharedOptions.Threads();

    public TrainCommand(ModelCatalog models)
        : base("train", "Train a network, save it and draw how it went")
    {
        this.models = models;
        options = new TrainOptions(models);
        foreach (Option option in (Option[])[.. options.All, data, output, resume, checkpointMinutes, tensorboard, distributed, syncBatchNorm, rankTimeout, device, threads]) Add(option);
        SetAction(RunAsync);
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (!parsed.GetValue(distributed))
        {
            string? given = parsed.GetValue(syncBatchNorm) ? syncBatchNorm.Name : parsed.GetValue(rankTimeout) is null ? null : rankTimeout.Name;
            if (given is not null) throw new UsageException($"{given} is for --distributed: leave it out, or add --distributed.");
            if (Ranks.Started > 1) throw new UsageException($"mpirun started {Ranks.Started} of this, and each would train by itself: add --distributed.");
            return await RunAsync(parsed, ranks: null, cancellation).ConfigureAwait(false);
        }

        var defaults = new RanksOptions();
        using var ranks = Ranks.Initialize(parsed.GetValue(rankTimeout) is { } seconds ? defaults with { Timeout = TimeSpan.FromSeconds(seconds) } : defaults);
        try
        {
            return await RunAsync(parsed, ranks, cancellation).ConfigureAwait(false);
        }
        catch (RunStoppedException) when (ranks.Rank != 0)
        {
            // All ranks stop at one step, and rank 0 says at which.
            return ExitCode.Terminated;
        }
        catch (Exception exception) when (ranks.Count > 1 && exception is not RunStoppedException)
        {
            // A failure on all ranks is reported by rank 0, which ends the others before they repeat it; of a failure on one the others know nothing, and would wait.
            if (ranks.Rank != 0 && await IsEndedAsync(cancellation).ConfigureAwait(false)) return ExitCode.Failed;
            if (parsed.GetValue(SharedOptions.Verbose)) await Console.Error.WriteLineAsync(exception.ToString()).ConfigureAwait(false);
            await Console.Error.WriteLineAsync($"{NinApp.Name}: rank {ranks.Rank} of {ranks.Count}: {ErrorText.Of(exception)}").ConfigureAwait(false);
            ranks.Abort(exception is UsageException ? ExitCode.WrongUsage : ExitCode.Failed);
            return ExitCode.Failed;
        }
    }

    static async Task<bool> IsEndedAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(RepeatDelay, cancellation).ConfigureAwait(false);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    async Task<int> RunAsync(ParseResult parsed, Ranks? ranks, CancellationToken cancellation)
    {
        // Rank 0 alone prints and writes.
        bool writes = ranks is null or { Rank: 0 };
        var report = new Report(parsed, isQuiet: !writes);
        using var resumed = parsed.GetValue(resume) is { } path ? LockResumed(parsed, path, writes) : null;
        var (model, settings, folder, earlier) = parsed.GetValue(resume) is { } run ? Resume(parsed, new RunFolder(run)) : Start(parsed, writes);
        using var on = ChosenDevice.Open(parsed, device, threads, settings.Precision, ranks);
        var request = new RunRequest(model, settings, folder, earlier)
        {
            Data = parsed.GetValue(data),
            CheckpointInterval = TimeSpan.FromMinutes(parsed.GetValue(checkpointMinutes) ?? RunRequest.DefaultCheckpointMinutes),
            TensorBoard = writes && parsed.GetValue(tensorboard),
            Ranks = ranks,
            SynchronizesBatchNorm = parsed.GetValue(syncBatchNorm),
        };
        var result = await request.TrainAsync(on, report, cancellation).ConfigureAwait(false);
        report.Result(new TrainResultLine(result), AppJson.Lines.TrainResultLine, console => Show(console, result, settings, folder));
        if (ranks is not null) report.Note(FormattableString.Invariant($"  waiting for other processes: {ranks.WaitingShare:P1} of the time"));
        return ExitCode.Done;
    }

    (ModelEntry Model, TrainSettings Settings, RunFolder Folder, Manifest? Earlier) Start(ParseResult parsed, bool writes)
    {
        var (model, settings) = options.Resolve(parsed, parsed.GetValue(data));
        // Only a command that writes into it needs an empty one.
        var folder = writes ? RunFolder.New(parsed.GetValue(output), model.Id) : new RunFolder(parsed.GetValue(output) ?? RunFolder.Default);
        return (model, settings, folder, null);
    }

    // Before anything of it is read: a run that another process has not finished cannot be continued.
    IDisposable? LockResumed(ParseResult parsed, string path, bool writes)
    {
        var given = options.FirstGiven(parsed) ?? (parsed.GetValue(output) is null ? null : output);
        if (given is not null)
        {
            string why = "a run goes on with its own settings, in its own folder; only --epochs makes it longer";
            throw new UsageException($"{given.Name} cannot be combined with --resume: {why}. Leave {given.Name} out.");
        }

        var folder = new RunFolder(path);
        folder.RequireManifest();
        return writes ? folder.Lock() : null;
    }

    (ModelEntry Model, TrainSettings Settings, RunFolder Folder, Manifest? Earlier) Resume(ParseResult parsed, RunFolder folder)
    {
        var earlier = folder.ReadManifest(models);
        var at = TrainingCheckpoint.Exists(folder.CheckpointFolder) ? TrainingCheckpoint.ReadState(folder.CheckpointFolder) : new(0, earlier.Seed);
        if (parsed.GetValue(options.Epochs) is { } epochs)
        {
            if (epochs <= at.Epoch)
                throw new UsageException(
                    $"--epochs {epochs} is not more than the {at.Epoch} that {folder.Path} has done: it is the new total; name a larger one, or leave --epochs out.");
            earlier = earlier.Extend(epochs, at);
        }

        return (models.Get(earlier.Model), earlier.Options, folder, earlier);
    }

    static void Show(IAnsiConsole console, TrainResult result, TrainSettings settings, RunFolder folder)
    {
        var table = Tables.Create(settings.Patience is null ? ">epochs" : ">best epoch", ">loss", ">training", $">{settings.HeldOut}", ">examples/s", ">dead classes", ">time");
        table.Add(
            Tables.Count(result.Epoch), Tables.Fixed(result.Loss, "0.0000"),
            Tables.Percent(result.TrainAccuracy), Tables.Percent(result.TestAccuracy),
            Tables.Fixed(result.ExamplesPerSecond, "#,0"), Tables.Count(result.DeadClasses), RunPace.Duration(result.Seconds));
        console.Write(table);
        console.Say($"  {folder.Path}: model.safetensors, metrics.csv, curves.png, confusion.png, report.html");
        // Of pictures of one's own none are left that decided nothing.
        console.Say(settings.Dataset == RunData.FolderName
            ? $"  next: {NinApp.Name} predict --weights {folder.Weights} photo.jpg"
            : $"  next: {NinApp.Name} eval --weights {folder.Weights}");
    }
}
