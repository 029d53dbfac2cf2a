using System.CommandLine;
using Nin.App.Output;
using Nin.App.Pictures;
using Nin.App.Results;
using Nin.App.Runs;

namespace Nin.App.Commands;

/// <summary><c>explain</c>.</summary>
sealed class ExplainCommand : Command
{
    readonly ModelCatalog models;
    readonly Argument<string> image = new("image") { Description = "A file of a picture: PNG, JPEG, WebP, GIF or BMP", HelpName = "IMAGE" };
    readonly Option<string?> weights = SharedOptions.WeightsOrNewest();
    readonly Option<ModelEntry?> model;
    readonly Option<string?> className = new("--class") { Description = "The class to look for (default: the one that is predicted)", HelpName = "name" };
    readonly Option<string?> output = SharedOptions.OutputFile("The picture to write (default: the image's name with .map.png, in this folder)");
    readonly Option<string> device = SharedOptions.Device();
    readonly Option<int?> threads = SharedOptions.Threads();

    public ExplainCommand(ModelCatalog models)
        : base("explain", "Show where in a picture a network sees its class")
    {
        this.models = models;
        model = SharedOptions.Model(models, "The network, where the file does not name it");
        Add(image);
        foreach (Option option in (Option[])[weights, model, className, output, device, threads]) Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        var file = WeightsFile.Open(parsed.GetValue(weights) ?? RunFolder.NewestWeights(), parsed.GetValue(model), models);
        string path = parsed.GetValue(image)!;
        int? wanted = parsed.GetValue(className) is { } name ? ClassOf(name, file.Preprocessing.ClassNames) : null;
        using var on = ChosenDevice.Open(parsed, device, threads);
        using var network = file.Load(on);
        var map = ClassActivationMap.Of(network, PictureInput.Read(path, file.Preprocessing), wanted);
        using var picture = Picture.Open(path, file.Preprocessing.Background);
        string target = parsed.GetValue(output) ?? $"{Path.GetFileNameWithoutExtension(path)}.map.png";
        RunFolder.Write(target, picture.Overlay(file.Preprocessing, map));
        var result = new ExplainResult(path, file.Preprocessing.ClassNames[map.Class], target);
        new Report(parsed).Result(
            result, AppJson.Lines.ExplainResult, console => console.Say($"  {result.Class}, as {map.Layer} sees it ({map.Height} x {map.Width} places): {target}"));
        return ExitCode.Done;
    }

    static int ClassOf(string name, IReadOnlyList<string> names)
    {
        int at = names.ToList().IndexOf(name);
        return at >= 0 ? at : throw new UsageException($"--class is '{name}'{Suggestion.For(name, names)} use {string.Join(", ", names)}.");
    }
}
