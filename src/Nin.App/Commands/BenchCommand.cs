using System.CommandLine;
using Nin.App.Benchmarks;
using Nin.App.Output;
using Nin.App.Results;
using Spectre.Console;

namespace Nin.App.Commands;

/// <summary><c>nin bench</c>.</summary>
sealed class BenchCommand : Command
{
    readonly ModelCatalog models;
    readonly Option<ModelEntry?> model;
    readonly Option<int?> batch = OptionKinds.Integer("--batch", "Examples per step (default: 128)", least: 1);
    readonly Option<string?> workload = OptionKinds.Choice(
        "--workload", "Whole training steps (the default), or inference", ["train", "infer"]);
    readonly Option<int?> steps = OptionKinds.Integer("--steps", "Steps to measure, after warm-up (default: 20)", least: 1);
    readonly Option<string> device = SharedOptions.Device();
    readonly Option<int?> threads = SharedOptions.Threads();
    readonly Option<string?> precision = SharedOptions.Precision();

    public BenchCommand(ModelCatalog models)
        : base("bench", "Measure throughput on synthetic input")
    {
        this.models = models;
        model = SharedOptions.Model(models, $"The network; {models.Default} unless given");
        foreach (Option option in (Option[])[model, batch, workload, steps, device, threads, precision]) Add(option);
        SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
    }

    int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var entry = parsed.GetValue(model) ?? models.Default;
        using var on = ChosenDevice.Open(parsed, device, threads, parsed.GetValue(precision));
        var benchmark = new Benchmark(
            entry, parsed.GetValue(workload) ?? "train", parsed.GetValue(batch) ?? 128, parsed.GetValue(steps) ?? 20);
        var result = benchmark.Run(on, cancellation);
        new Report(parsed).Result(result, AppJson.Lines.BenchResult, console => Show(console, result));
        return ExitCode.Done;
    }

    static void Show(IAnsiConsole console, BenchResult result)
    {
        var table = Tables.Create(
            "model", "workload", ">batch", "device", ">threads", ">ms, median", ">ms, least", ">examples/s", ">peak MiB", ">bytes per step");
        table.Add(
            result.Model, result.Workload, Tables.Count(result.Batch), result.Device, Tables.Count(result.Threads),
            Tables.Fixed(result.MsMedian, "0.00"), Tables.Fixed(result.MsMin, "0.00"),
            Tables.Fixed(result.ExamplesPerSecond, result.ExamplesPerSecond < 10 ? "0.00" : "#,0"),
            Tables.Fixed(result.PeakMiB, "#,0"), Tables.Fixed(result.AllocatedBytesPerStep, "#,0.#"));
        console.Write(table);
    }
}
