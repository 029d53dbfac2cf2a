using System.CommandLine;
using Nin.App.Output;
using Nin.App.Results;
using Spectre.Console;

namespace Nin.App.Commands;

/// <summary><c>nin summary</c>: reads a network's <see cref="Architecture"/> and its plan, and opens no device.</summary>
sealed class SummaryCommand : Command
{
    readonly ModelCatalog models;
    readonly Option<ModelEntry?> model;
    readonly Option<int?> batch = OptionKinds.Integer("--batch", "Examples that the bytes are for (default: 1)", least: 1);

    public SummaryCommand(ModelCatalog models)
        : base("summary", "Show a network's layers and what they cost")
    {
        this.models = models;
        Add(model = SharedOptions.Model(models, "The network"));
        // Of several, which one is meant is the question that the command answers.
        model.Required = models.All.Count > 1;
        Add(batch);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        var summary = Summarize(parsed.GetValue(model) ?? models.Default, parsed.GetValue(batch) ?? 1);
        new Report(parsed).Result(summary, AppJson.Lines.SummaryResult, console => Show(console, summary));
        return ExitCode.Done;
    }

    static SummaryResult Summarize(ModelEntry model, int batch)
    {
        var architecture = model.Architecture();
        var layers = architecture.Layers.Select(
            l => new SummaryLayer(l.Name, l.Kind, l.Output.ToString(), l.ParameterCount, l.Macs, l.ActivationBytes * batch));
        return new SummaryResult(
            model.Id,
            architecture.Input.ToString(),
            batch,
            [.. layers],
            architecture.ParameterCount,
            architecture.Macs,
            model.TrainingBytes(batch),
            model.InferenceBytes(batch));
    }

    static void Show(IAnsiConsole console, SummaryResult summary)
    {
        var table = Tables.Create("layer", "kind", ">output", ">parameters", ">multiply-adds", ">activations");
        table.ShowFooters = true;
        table.Add("input", "", summary.Input, "", "", "");
        foreach (var layer in summary.Layers)
        {
            table.Add(
                layer.Name, layer.Kind, layer.Output, layer.Parameters == 0 ? "" : Tables.Count(layer.Parameters),
                layer.Macs == 0 ? "" : Tables.Large(layer.Macs), Tables.Bytes(layer.ActivationBytes));
        }

        table.Columns[0].Footer = new Text("total");
        table.Columns[3].Footer = new Text(Tables.Count(summary.Parameters));
        table.Columns[4].Footer = new Text(Tables.Large(summary.Macs));
        table.Columns[5].Footer = new Text(Tables.Bytes(summary.Layers.Sum(l => l.ActivationBytes)));
        console.Write(table);
        string examples = summary.Batch == 1 ? "1 example" : $"{Tables.Count(summary.Batch)} examples";
        string train = Tables.Bytes(summary.TrainingBytes), infer = Tables.Bytes(summary.InferenceBytes);
        console.Say($"  {summary.Model} with {examples}: {train} to train, {infer} to infer");
    }
}
