using System.CommandLine;
using Nin.App.Datasets;
using Nin.App.Output;
using Nin.App.Results;
using Spectre.Console;

namespace Nin.App.Commands;

/// <summary><c>nin data</c>.</summary>
sealed class DataCommand : Command
{
    readonly Option<string?> data = SharedOptions.Data();

    public DataCommand()
        : base("data", "Show where the data set is, or fetch it")
    {
        Add(data);
        SetAction(RunAsync);
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var report = new Report(parsed);
        var location = await FashionMnistSources.LocateAsync(parsed.GetValue(data), report.Note, cancellation).ConfigureAwait(false);
        var result = new DataResult(location.Path, location.Source, [.. location.Files.Select(f => new DataFileRow(f.Name, f.Sha256))]);
        report.Result(result, AppJson.Lines.DataResult, console => Show(console, result));
        return ExitCode.Done;
    }

    static void Show(IAnsiConsole console, DataResult result)
    {
        var table = Tables.Create("file", "SHA-256, unpacked");
        foreach (var file in result.Files) table.Add(file.Name, file.Sha256);
        console.Say($"  Fashion-MNIST in {result.Path} ({result.Source})");
        console.Write(table);
    }
}
