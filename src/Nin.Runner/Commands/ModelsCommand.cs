using System.CommandLine;
using Nin.Runner.Output;
using Nin.Runner.Results;
using Spectre.Console;

namespace Nin.Runner.Commands;

/// <summary><c>nin models</c>.</summary>
sealed class ModelsCommand : Command
{
    public ModelsCommand()
        : base("models", "List the networks that ship with the runner") => SetAction(Run);

    static int Run(ParseResult parsed)
    {
        ModelRow[] rows = [.. ModelCatalog.All.Select(RowOf)];
        new Report(parsed).Result(rows, RunnerJson.Lines.ModelRowArray, console => Show(console, rows));
        return ExitCode.Done;
    }

    static ModelRow RowOf(ModelEntry model)
    {
        var architecture = model.Architecture();
        return new ModelRow(model.Id, architecture.Input.ToString(), architecture.ParameterCount, architecture.Macs);
    }

    static void Show(IAnsiConsole console, ModelRow[] rows)
    {
        var table = Tables.Create("model", "input", ">parameters", ">multiply-adds", "");
        foreach (var row in rows)
        {
            string mark = row.Id == ModelCatalog.Default ? "default" : "";
            table.Add(row.Id, row.Input, Tables.Count(row.Parameters), Tables.Large(row.Macs), mark);
        }

        console.Write(table);
    }
}
