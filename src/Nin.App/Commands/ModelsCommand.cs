using System.CommandLine;
using Nin.App.Output;
using Nin.App.Results;
using Spectre.Console;

namespace Nin.App.Commands;

/// <summary><c>nin models</c>.</summary>
sealed class ModelsCommand : Command
{
    public ModelsCommand(ModelCatalog models)
        : base("models", "List the networks of this program") => SetAction(parsed => Run(parsed, models));

    static int Run(ParseResult parsed, ModelCatalog models)
    {
        ModelRow[] rows = [.. models.All.Select(RowOf)];
        new Report(parsed).Result(rows, AppJson.Lines.ModelRowArray, console => Show(console, rows, models.Default.Id));
        return ExitCode.Done;
    }

    static ModelRow RowOf(ModelEntry model)
    {
        var architecture = model.Architecture();
        return new ModelRow(model.Id, architecture.Input.ToString(), architecture.ParameterCount, architecture.Macs);
    }

    static void Show(IAnsiConsole console, ModelRow[] rows, string standard)
    {
        var table = Tables.Create("model", "input", ">parameters", ">multiply-adds", "");
        foreach (var row in rows)
        {
            string mark = row.Id == standard ? "default" : "";
            table.Add(row.Id, row.Input, Tables.Count(row.Parameters), Tables.Large(row.Macs), mark);
        }

        console.Write(table);
    }
}
