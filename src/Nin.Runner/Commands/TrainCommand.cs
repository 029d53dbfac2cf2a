using System.CommandLine;
using Nin.Runner.Output;
using Nin.Runner.Results;
using Nin.Runner.Runs;
using Spectre.Console;

namespace Nin.Runner.Commands;

/// <summary><c>nin train</c>.</summary>
sealed class TrainCommand : Command
{
    readonly TrainOptions options = new();
    readonly Option<string?> data = SharedOptions.Data();
    readonly Option<string?> output = SharedOptions.Folder("--out", "Folder of the run (default: runs/<time>-<model>)");
    readonly Option<string?> resume = SharedOptions.Folder("--resume", "Go on with the run in this folder, with its own settings");
    readonly Option<string> device = SharedOptions.Device();
    readonly Option<int?> threads = SharedOptions.Threads();

    public TrainCommand()
        : base("train", "Train a network, save it and draw how it went")
    {
        foreach (Option option in (Option[])[.. options.All, data, output, resume, device, threads]) Add(option);
        SetAction(RunAsync);
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var report = new Report(parsed);
        var (model, settings, folder, earlier) = parsed.GetValue(resume) is { } path ? Resume(parsed, path) : Start(parsed);
        using var on = ChosenDevice.Open(parsed, device, threads);
        var images = await RunData.LoadAsync(
            settings.Dataset, model, parsed.GetValue(data), training: true, settings.Limit, report.Note, cancellation)
            .ConfigureAwait(false);
        using var network = Recipe.Network(model, settings, on);
        var manifest = Manifest.Of(model, settings, images, on);
        if (earlier is null) folder.Write(manifest);
        else earlier.CheckSame(manifest, folder.ManifestFile);

        string count = Tables.Count(images.Training!.Count);
        report.Note($"{model.Id} on {on}, {count} training images of {settings.Dataset}, into {folder.Path}");
        var run = new TrainRun(model, settings, folder, images, report);
        try
        {
            var result = run.Execute(network, cancellation);
            report.Result(new TrainResultLine(result), RunnerJson.Lines.TrainResultLine, console => Show(console, result, folder));
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            string done = $"{run.EpochsDone} of {settings.Epochs} epochs";
            return CommandLine.Report($"interrupted after {done}; go on with `nin train --resume {folder.Path}`.", ExitCode.Interrupted);
        }
    }

    (ModelEntry Model, TrainSettings Settings, RunFolder Folder, Manifest? Earlier) Start(ParseResult parsed)
    {
        var (model, settings) = options.Resolve(parsed);
        return (model, settings, RunFolder.New(parsed.GetValue(output), model.Id), null);
    }

    (ModelEntry Model, TrainSettings Settings, RunFolder Folder, Manifest? Earlier) Resume(ParseResult parsed, string path)
    {
        var given = options.FirstGiven(parsed) ?? (parsed.GetValue(output) is null ? null : output);
        if (given is not null)
        {
            string why = "a run goes on with its own settings, in its own folder";
            throw new ArgumentException($"{given.Name} cannot stand beside --resume: {why}. Leave {given.Name} out.");
        }

        var folder = new RunFolder(path);
        var earlier = folder.ReadManifest();
        return (ModelCatalog.Get(earlier.Model), earlier.Options, folder, earlier);
    }

    static void Show(IAnsiConsole console, TrainResult result, RunFolder folder)
    {
        var table = Tables.Create(">epochs", ">loss", ">training", ">test", ">examples/s", ">dead classes", ">time");
        table.Add(
            Tables.Count(result.Epoch), Tables.Fixed(result.Loss, "0.0000"),
            Tables.Percent(result.TrainAccuracy), Tables.Percent(result.TestAccuracy),
            Tables.Fixed(result.ExamplesPerSecond, "#,0"), Tables.Count(result.DeadClasses), RunPace.Duration(result.Seconds));
        console.Write(table);
        console.Say($"  {folder.Path}: model.safetensors, metrics.csv, curves.png, confusion.png");
        console.Say($"  next: nin eval --weights {folder.Weights}");
    }
}
