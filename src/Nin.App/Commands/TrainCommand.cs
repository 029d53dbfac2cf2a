using System.CommandLine;
using Nin.Checkpoints;
using Nin.App.Output;
using Nin.App.Results;
using Nin.App.Runs;
using Spectre.Console;

namespace Nin.App.Commands;

/// <summary><c>nin train</c>.</summary>
sealed class TrainCommand : Command
{
    const int DefaultCheckpointMinutes = 10;

    // A year: more often than after each epoch, unless one takes as long.
    const int MostCheckpointMinutes = 525_600;

    readonly ModelCatalog models;
    readonly TrainOptions options;
    readonly Option<string?> data = SharedOptions.Data();
    readonly Option<string?> output = SharedOptions.Folder("--out", "Folder of the run (default: runs/<time>-<model>)");
    readonly Option<string?> resume = SharedOptions.Folder("--resume", "Go on with the run in this folder, with its own settings; --epochs makes it longer");
    readonly Option<double?> checkpointMinutes = OptionKinds.Number(
        "--checkpoint-minutes",
        $"Longest time without a checkpoint, which is also written after each epoch and on Ctrl-C ({DefaultCheckpointMinutes}); 0 writes one after every step",
        v => v is >= 0 and <= MostCheckpointMinutes, $"a number of 0 to {MostCheckpointMinutes}");
    readonly Option<bool> tensorboard = new("--tensorboard") { Description = "Write the curves as a TensorBoard event file, too" };
    readonly Option<string> device = SharedOptions.Device();
    readonly Option<int?> threads = SharedOptions.Threads();

    public TrainCommand(ModelCatalog models)
        : base("train", "Train a network, save it and draw how it went")
    {
        this.models = models;
        options = new TrainOptions(models);
        foreach (Option option in (Option[])[.. options.All, data, output, resume, checkpointMinutes, tensorboard, device, threads]) Add(option);
        SetAction(RunAsync);
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var report = new Report(parsed);
        using var resumed = parsed.GetValue(resume) is { } path ? LockResumed(parsed, path) : null;
        var (model, settings, folder, earlier) = parsed.GetValue(resume) is { } run ? Resume(parsed, new RunFolder(run)) : Start(parsed);
        using var on = ChosenDevice.Open(parsed, device, threads, settings.Precision);
        string? named = parsed.GetValue(data) ?? (settings.Dataset == RunData.FolderName ? earlier?.Data.Path : null);
        var images = await RunData.ForRunAsync(settings, model, named, report.Note, cancellation).ConfigureAwait(false);
        using var network = Recipe.Network(model, settings, on);
        var manifest = Manifest.Of(model, settings, images, on);
        earlier?.CheckSame(manifest, folder.ManifestFile);
        images.CheckBatch(settings.Batch, network.Architecture.Input);
        // A new folder is made when nothing else can be wrong; it may have been another run's in the meantime.
        using var begun = earlier is null ? folder.Lock() : null;
        if (earlier is null) folder.RequireEmpty();
        folder.ClearUnfinished();
        folder.Write(earlier ?? manifest);

        string count = Tables.Count(images.Training!.Count);
        report.Note($"{model.Id} on {on}, {count} training images of {(images.Preprocessing is null ? settings.Dataset : images.Source.Path)}, into {folder.Path}");
        var checkpoints = new CheckpointSettings(
            TimeSpan.FromMinutes(parsed.GetValue(checkpointMinutes) ?? DefaultCheckpointMinutes), earlier?.Extensions);
        var result = new TrainRun(
            model, settings, checkpoints, folder, images, report, earlier ?? manifest, parsed.GetValue(tensorboard)).Execute(network, cancellation);
        report.Result(new TrainResultLine(result), AppJson.Lines.TrainResultLine, console => Show(console, result, folder));
        return ExitCode.Done;
    }

    (ModelEntry Model, TrainSettings Settings, RunFolder Folder, Manifest? Earlier) Start(ParseResult parsed)
    {
        var (model, settings) = options.Resolve(parsed, parsed.GetValue(data));
        return (model, settings, RunFolder.New(parsed.GetValue(output), model.Id), null);
    }

    // Before anything of it is read: a run that another process has not finished cannot be continued.
    IDisposable LockResumed(ParseResult parsed, string path)
    {
        var given = options.FirstGiven(parsed) ?? (parsed.GetValue(output) is null ? null : output);
        if (given is not null)
        {
            string why = "a run goes on with its own settings, in its own folder; only --epochs makes it longer";
            throw new UsageException($"{given.Name} cannot stand beside --resume: {why}. Leave {given.Name} out.");
        }

        var folder = new RunFolder(path);
        folder.RequireManifest();
        return folder.Lock();
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

    static void Show(IAnsiConsole console, TrainResult result, RunFolder folder)
    {
        var table = Tables.Create(">epochs", ">loss", ">training", ">test", ">examples/s", ">dead classes", ">time");
        table.Add(
            Tables.Count(result.Epoch), Tables.Fixed(result.Loss, "0.0000"),
            Tables.Percent(result.TrainAccuracy), Tables.Percent(result.TestAccuracy),
            Tables.Fixed(result.ExamplesPerSecond, "#,0"), Tables.Count(result.DeadClasses), RunPace.Duration(result.Seconds));
        console.Write(table);
        console.Say($"  {folder.Path}: model.safetensors, metrics.csv, curves.png, confusion.png, report.html");
        console.Say($"  next: {NinApp.Name} eval --weights {folder.Weights}");
    }
}
