using System.CommandLine;
using Nin.App.Output;
using Nin.App.Results;
using Nin.App.Runs;
using Nin.Training;
using Spectre.Console;

namespace Nin.App.Commands;

/// <summary><c>nin eval</c>.</summary>
sealed class EvalCommand : Command
{
    readonly Option<string> weights = SharedOptions.Weights();
    readonly ModelCatalog models;
    readonly Option<ModelEntry?> model;
    readonly Option<int?> batch = OptionKinds.Integer(
        "--batch", "Images at a time; the result does not depend on it (default: 256)", least: 1);
    readonly Option<bool> flip = new("--flip") { Description = "Also try each image's mirror image, in twice the time; the logits are the mean of both" };
    readonly Option<string?> dataset = SharedOptions.Dataset();
    readonly Option<string?> data = SharedOptions.Data();
    readonly Option<string> device = SharedOptions.Device();
    readonly Option<int?> threads = SharedOptions.Threads();

    public EvalCommand(ModelCatalog models)
        : base("eval", "Test a network's weights: loss, accuracy and how each class does")
    {
        this.models = models;
        model = SharedOptions.Model(models, "The network, where the file does not name it");
        foreach (Option option in (Option[])[weights, model, batch, flip, dataset, data, device, threads]) Add(option);
        SetAction(RunAsync);
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var report = new Report(parsed);
        var file = WeightsFile.Open(parsed.GetValue(weights)!, parsed.GetValue(model), models);
        using var on = ChosenDevice.Open(parsed, device, threads);
        using var network = file.Load(on);
        string images = parsed.GetValue(dataset) ?? file.Dataset ?? RunData.FashionMnistName;
        string? folder = parsed.GetValue(data);
        bool isFolder = parsed.GetValue(dataset) is null && FolderData.IsOne(folder);
        if (images == RunData.FolderName && !isFolder)
            throw folder is null ? new UsageException("the weights learnt from a folder of pictures: name one with --data.") : FolderData.Missing(folder);
        var loaded = isFolder
            ? FolderData.ForTest(file.Model, folder!, file.Preprocessing, report.Note, cancellation)
            : await RunData.LoadAsync(images, file.Model, folder, training: false, limit: null, report.Note, cancellation).ConfigureAwait(false);
        var tested = Evaluation.Run(network, loaded.Test, loaded.Normalization, parsed.GetValue(batch) ?? 256, mirrored: parsed.GetValue(flip), cancellation: cancellation);
        var classes = tested.Classes.Select(c => new ClassRow(c.Name, c.Precision, c.Recall));
        var result = new EvalResult(tested.Loss, tested.Accuracy, [.. classes]);
        report.Result(result, AppJson.Lines.EvalResult, console => Show(console, file.Model.Id, tested, parsed.GetValue(flip)));
        return ExitCode.Done;
    }

    static void Show(IAnsiConsole console, string model, EvaluationResult tested, bool mirrored)
    {
        var table = Tables.Create("class", ">images", ">precision", ">recall");
        foreach (var c in tested.Classes)
            table.Add(c.Name, Tables.Count(c.Examples), Tables.Percent(c.Precision), Tables.Percent(c.Recall));
        console.Write(table);
        string share = $"{Tables.Percent(tested.Accuracy)} of {Tables.Count(tested.Examples)} test images";
        string dead = tested.DeadClasses == 0 ? "" : $", {tested.DeadClasses} dead classes";
        string how = mirrored ? ", with their mirror images" : "";
        console.Say($"  {model}: {share}{how}, loss {Tables.Fixed(tested.Loss, "0.0000")}{dead}");
    }
}
