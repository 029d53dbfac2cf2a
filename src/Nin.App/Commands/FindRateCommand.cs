using System.CommandLine;
using Nin.App.Output;
using Nin.App.Plots;
using Nin.App.Results;
using Nin.App.Runs;
using Nin.Training;

namespace Nin.App.Commands;

/// <summary><c>lr-find</c>.</summary>
sealed class FindRateCommand : Command
{
    const string DefaultPicture = "lr-find.png";

    readonly TrainOptions options;
    readonly Option<string?> data = SharedOptions.Data();
    readonly Option<int?> steps = OptionKinds.Integer("--steps", "Steps from the smallest rate to the largest (100)", least: 10);
    readonly Option<string?> output = SharedOptions.OutputFile($"The picture to write (default: {DefaultPicture})");
    readonly Option<string> device = SharedOptions.Device();
    readonly Option<int?> threads = SharedOptions.Threads();

    public FindRateCommand(ModelCatalog models)
        : base("lr-find", "Find a learning rate: train a network for some steps at a rising rate, and draw the loss")
    {
        options = new TrainOptions(models);
        foreach (Option option in (Option[])[.. options.OfRateSearch, data, steps, output, device, threads]) Add(option);
        SetAction(RunAsync);
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var report = new Report(parsed);
        string? folder = parsed.GetValue(data);
        var (model, settings) = options.Resolve(parsed, folder);
        using var on = ChosenDevice.Open(parsed, device, threads, settings.Precision);
        var images = await RunData.ForRunAsync(settings, model, folder, report.Note, cancellation).ConfigureAwait(false);
        settings = settings.ForImages(images.Training!.Count);
        using var network = Recipe.Network(model, settings, on);
        images.CheckBatch(settings.BatchSize, network.Architecture.Input);
        var search = LearningRateFinder.Run(
            network, Recipe.Images(settings, images), Recipe.Search(settings), steps: parsed.GetValue(steps) ?? 100, cancellation: cancellation);
        if (search.Points.Count == 0) throw new InvalidDataException($"the loss of {model.Id} is not finite at the smallest rate: check the data.");
        string picture = parsed.GetValue(output) ?? DefaultPicture;
        if (!PlotFont.Install()) report.Note(PlotFont.Missing);
        RunFolder.Write(picture, RatePlot.Draw($"{model.Id}: loss over a rising learning rate", search));
        var result = new RateSearchResult(search.Suggested, [.. search.Points.Select(p => new RatePoint(p.LearningRate, p.Loss, p.SmoothLoss))]);
        report.Result(result, AppJson.Lines.RateSearchResult, console =>
        {
            console.Say(result.Suggested is { } rate
                ? $"  the loss falls steepest at {Tables.Fixed(rate, "0.######")}: {NinApp.Name} train --model {model.Id} --lr {Tables.Fixed(rate, "0.######")}"
                : "  the loss falls nowhere: look at the picture, or try more --steps or a larger --batch");
            console.Say($"  {picture}");
        });
        return ExitCode.Done;
    }
}
