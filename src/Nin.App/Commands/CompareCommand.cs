using System.CommandLine;
using Nin.App.Output;
using Nin.App.Plots;
using Nin.App.Results;
using Nin.App.Runs;
using Nin.Training;
using Spectre.Console;

namespace Nin.App.Commands;

/// <summary><c>compare</c>.</summary>
sealed class CompareCommand : Command
{
    const string DefaultPicture = "compare.png";

    readonly ModelCatalog models;
    readonly Argument<string[]> runs = new("runs") { Description = "Folders of runs", HelpName = "RUN", Arity = ArgumentArity.OneOrMore };
    readonly Option<string?> output = SharedOptions.OutputFile($"The picture to write (default: {DefaultPicture})");

    public CompareCommand(ModelCatalog models)
        : base("compare", "Put runs side by side, with their curves in one picture")
    {
        this.models = models;
        Add(runs);
        Add(output);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        var report = new Report(parsed);
        var all = parsed.GetValue(runs)!.Select(Read).ToList();
        string picture = parsed.GetValue(output) ?? DefaultPicture;
        if (!PlotFont.Install()) report.Note(PlotFont.Missing);
        RunFolder.Write(picture, ComparePlot.Draw([.. all.Select(r => (r.Row.Run, r.Epochs))]));
        var result = new CompareResult([.. all.Select(r => r.Row)]);
        report.Result(result, AppJson.Lines.CompareResult, console =>
        {
            Show(console, result.Rows);
            console.Say($"  curves: {picture}");
        });
        return ExitCode.Done;
    }

    (CompareRow Row, IReadOnlyList<EpochMetrics> Epochs) Read(string path)
    {
        var folder = new RunFolder(path);
        var manifest = folder.ReadManifest(models);
        var epochs = folder.ReadMetrics();
        if (epochs.Count == 0) throw new InvalidDataException($"{path} has no epoch yet: there is nothing to compare. Train it for an epoch first.");
        EpochMetrics last = epochs[^1], best = epochs.MaxBy(e => e.TestAccuracy)!;
        return (new CompareRow(
            path, manifest.Model, last.Epoch, last.Loss, last.TrainAccuracy, last.TestLoss, last.TestAccuracy, best.TestAccuracy, best.Epoch,
            last.ExamplesPerSecond, models.Get(manifest.Model).Architecture().ParameterCount), epochs);
    }

    static void Show(IAnsiConsole console, IReadOnlyList<CompareRow> rows)
    {
        var table = Tables.Create("run", "model", ">parameters", ">epochs", ">loss", ">training", ">test loss", ">test", ">best test", ">examples/s");
        foreach (var row in rows)
        {
            table.Add(
                row.Run, row.Model, Tables.Count(row.Parameters), Tables.Count(row.Epochs), Tables.Fixed(row.Loss, "0.0000"), Tables.Percent(row.TrainAccuracy),
                Tables.Fixed(row.TestLoss, "0.0000"), Tables.Percent(row.TestAccuracy), $"{Tables.Percent(row.BestTestAccuracy)} ({row.BestEpoch})",
                Tables.Fixed(row.ExamplesPerSecond, "#,0"));
        }

        console.Write(table);
    }
}
