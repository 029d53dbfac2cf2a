using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Nin.App.Commands;
using Nin.App.Output;

namespace Nin.App;

/// <summary>Help that begins with examples, and lists commands by what they are for.</summary>
sealed class GroupedHelp(HelpAction standard) : SynchronousCommandLineAction
{
    static readonly (string Title, string[] Commands)[] Groups =
    [
        ("Train", ["train", "lr-find", "eval", "compare", "experiment", "verify"]),
        ("Use", ["predict", "explain", "export", "import"]),
        ("Look", ["models", "summary", "data", "devices"]),
        ("Measure and check", ["bench", "doctor"]),
    ];

    static readonly Dictionary<string, string[]> Examples = new()
    {
        [""] = ["train --epochs 5", "eval --weights runs/(the run)", "predict photo.png"],
        ["train"] = ["train --preset quick", "train --dataset synthetic --limit 1000 --epochs 1", "train --resume runs/(the run) --epochs 20"],
        ["eval"] = ["eval --weights runs/(the run)", "eval --weights model.safetensors --json"],
        ["predict"] = ["predict photo.png", "predict --weights model.safetensors *.png --json"],
        ["explain"] = ["explain photo.png", "explain --weights runs/(the run) photo.png --out map.png"],
        ["export"] = ["export --weights runs/(the run) --to model.onnx", "export --weights runs/(the run) --to model.safetensors"],
        ["import"] = ["import resnet18.onnx --class ResNet18 --out Models"],
        ["compare"] = ["compare runs/(one) runs/(another)", "compare runs/* --out curves.png"],
        ["experiment"] = ["experiment", "experiment (study)", "experiment (study) --scale book --only (row) --seeds 3", "experiment (study) --json"],
        ["verify"] = ["verify runs/(the run)"],
        ["summary"] = ["summary --model (id) --batch 128"],
        ["lr-find"] = ["lr-find --model (id)", "lr-find --dataset synthetic --limit 1000 --steps 60"],
        ["bench"] = ["bench --workload infer --batch 1", "bench --device cpu --threads 2 --json"],
    };

    /// <summary>Gives it to a program's commands.</summary>
    public static void Install(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            if (option.Action is HelpAction action) option.Action = new GroupedHelp(action);
        }
    }

    public override int Invoke(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var output = parsed.InvocationConfiguration.Output;
        bool isRoot = command is RootCommand;
        if (isRoot) output.WriteLine($"{command.Description}\n");
        if (Examples.TryGetValue(isRoot ? "" : command.Name, out string[]? examples))
        {
            output.WriteLine("Examples:");
            foreach (string example in examples) output.WriteLine($"  {NinApp.Name} {example}");
            output.WriteLine();
        }

        if (!isRoot) return standard.Invoke(parsed);
        int width = Groups.Max(group => group.Commands.Max(name => name.Length)) + 2;
        foreach (var (title, names) in Groups)
        {
            output.WriteLine($"{title}:");
            foreach (string name in names)
            {
                if (command.Subcommands.FirstOrDefault(c => c.Name == name) is { } sub) output.WriteLine($"  {name.PadRight(width)}{sub.Description}");
            }

            output.WriteLine();
        }

        output.WriteLine("All commands:");
        foreach (var option in command.Options.Where(o => o.Recursive)) output.WriteLine($"  {option.Name.PadRight(width)}{option.Description}");
        output.WriteLine($"\n`{NinApp.Name} COMMAND --help` has a command's options.");
        return ExitCode.Done;
    }
}
