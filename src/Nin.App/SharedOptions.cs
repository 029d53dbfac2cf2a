using System.CommandLine;
using Nin.App.Runs;

namespace Nin.App;

/// <summary>Options that more than one command takes. The first two belong to all commands, the others are created for each.</summary>
static class SharedOptions
{
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Machine-readable output alone on standard output, everything else on standard error",
        Recursive = true,
    };

    public static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Show where an error came from, and which devices auto skipped",
        Recursive = true,
    };

    public static Option<ModelEntry?> Model(ModelCatalog models, string description) => new("--model")
    {
        Description = $"{description} ({string.Join(", ", models.Ids)})",
        HelpName = "id",
        CustomParser = result => models.TryGet(result.Tokens[0].Value, out var model, out string? problem)
            ? model
            : OptionKinds.Fail<ModelEntry>(result, problem),
    };

    public static Option<string> Weights() => new("--weights")
    {
        Description = $"A safetensors file that `{NinApp.Name} train` wrote, or the folder of a run",
        HelpName = "file",
        Required = true,
    };

    public static Option<string?> WeightsOrNewest() => new("--weights")
    {
        Description = $"A safetensors file that `{NinApp.Name} train` wrote, or the folder of a run (default: the newest run under {RunFolder.Default})",
        HelpName = "file",
    };

    public static Option<string?> OutputFile(string description) => new("--out")
    {
        Description = description,
        HelpName = "file",
        CustomParser = result => result.Tokens[0].Value is { Length: > 0 } path ? path : OptionKinds.Fail<string>(result, "--out is ''; name a file."),
    };

    public static Option<string?> Precision() => OptionKinds.Choice(
        "--precision", "How exactly a GPU's tensor cores multiply: float32 (not on tensor cores; the default), tf32x3 or tf32", Precisions.Names);

    public static Option<string> Device() => new("--device")
    {
        Description = "Where to compute: auto, cpu, emulator, opencl[:i] or cuda[:i]",
        HelpName = "id",
        DefaultValueFactory = _ => "auto",
    };

    public static Option<int?> Threads() =>
        OptionKinds.Integer("--threads", "Threads on the CPU; results do not depend on it (default: one per core)", least: 1, most: Nin.Device.MaxThreads);

    public static Option<string?> Data() =>
        Folder("--data", $"Folder with the four Fashion-MNIST files (default: searched for, see `{NinApp.Name} data`), or with one folder of pictures per class");

    public static Option<string?> Folder(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "folder",
        CustomParser = result => result.Tokens[0].Value is { Length: > 0 } path ? path : OptionKinds.Fail<string>(result, $"{name} is ''; name a folder."),
    };

    public static Option<string?> Dataset() =>
        OptionKinds.Choice("--dataset", "What images: fashion-mnist, or synthetic ones that need no files", ["fashion-mnist", "synthetic"]);
}
