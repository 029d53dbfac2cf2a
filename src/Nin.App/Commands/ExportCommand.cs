using System.CommandLine;
using Nin.App.Output;
using Nin.App.Results;
using Nin.App.Runs;
using Nin.Onnx;

namespace Nin.App.Commands;

/// <summary><c>export</c>.</summary>
sealed class ExportCommand : Command
{
    readonly ModelCatalog models;
    readonly Option<string> weights = SharedOptions.Weights();
    readonly Option<ModelEntry?> model;
    readonly Option<string> to = new("--to") { Description = "The file to write: .safetensors or .onnx", HelpName = "file", Required = true };

    public ExportCommand(ModelCatalog models)
        : base("export", "Write a network's weights, with what their file says of itself, to another file")
    {
        this.models = models;
        model = SharedOptions.Model(models, "The network, where the file does not name it");
        foreach (Option option in (Option[])[weights, model, to]) Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        string path = parsed.GetValue(to)!;
        string kind = Path.GetExtension(path).ToLowerInvariant();
        if (kind is not (".safetensors" or ".onnx"))
            throw new UsageException($"--to {path} is not a kind of file that is written; name one that ends in .safetensors or .onnx.");
        var file = WeightsFile.Open(parsed.GetValue(weights)!, parsed.GetValue(model), models);
        using var device = Device.Open("cpu");
        using var network = file.Load(device);
        if (kind == ".onnx") OnnxExport.Save(network, path, file.OwnMetadata);
        else Checkpoint.Save(network, path, file.OwnMetadata);
        var result = new ExportResult(path, new FileInfo(path).Length);
        new Report(parsed).Result(result, AppJson.Lines.ExportResult, console => console.Say($"  {path}: {Tables.Bytes(result.Bytes)}"));
        return ExitCode.Done;
    }
}
