using System.CommandLine;
using System.Globalization;
using Nin.App.Output;
using Nin.App.Results;
using Nin.App.Runs;

namespace Nin.App.Commands;

/// <summary><c>nin verify</c>.</summary>
sealed class VerifyCommand : Command
{
    readonly ModelCatalog models;
    readonly Argument<string> run = new("run") { Description = "Folder of the run", HelpName = "RUN" };
    readonly Option<string?> data = SharedOptions.Data();
    readonly Option<string?> device = new("--device") { Description = "Where to compute (default: where the run did)", HelpName = "id" };
    readonly Option<int?> threads = SharedOptions.Threads();

    public VerifyCommand(ModelCatalog models)
        : base("verify", "Do a run again from its manifest and compare metrics and weights bit for bit")
    {
        this.models = models;
        Add(run);
        foreach (Option option in (Option[])[data, device, threads]) Add(option);
        SetAction(RunAsync);
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var report = new Report(parsed);
        var folder = new RunFolder(parsed.GetValue(run)!);
        var manifest = folder.ReadManifest(models);
        var model = models.Get(manifest.Model);
        using var on = Device.Open(parsed.GetValue(device) ?? manifest.Device.Id, parsed.GetValue(threads) ?? 0, precision: Precisions.Of(manifest.Options.Precision));
        var images = await RunData.ForRunAsync(manifest.Options, model, parsed.GetValue(data) ?? manifest.Data.Path, report.Note, cancellation)
            .ConfigureAwait(false);
        var now = Manifest.Of(model, manifest.Options, images, on);
        manifest.CheckSame(now, folder.ManifestFile);
        string[] differences = [.. manifest.Differences(now)];
        if (differences.Length > 0)
            report.Note($"warning: the run was made with {string.Join("; ", differences)}. Equal bits are promised per instruction set and device, of one version.");

        var difference = new Replay(model, manifest, folder, images, report.Note).Run(on, cancellation);
        if (difference is not null && differences.Length == 0 && manifest.Versions.Nin != now.Versions.Nin)
            report.Note($"The run was made with Nin {manifest.Versions.Nin}; this is {now.Versions.Nin}: a change between the two may be why.");
        report.Result(
            new VerifyResult(difference is null, difference), AppJson.Lines.VerifyResult,
            console => console.Say(difference is null
                ? $"  {folder.Path} is the same, bit for bit: metrics and weights"
                : $"  {folder.Path} is different, first in {Describe(difference)}"));
        return difference is null ? ExitCode.Done : ExitCode.Failed;
    }

    static string Describe(RunDifference d)
    {
        string where = d.Parameter is null ? $"epoch {d.Epoch}, {d.Column}" : $"{d.Parameter}, element {d.Index}";
        return string.Create(CultureInfo.InvariantCulture, $"{where}: recorded {d.Recorded:R}, replayed {d.Replayed:R}");
    }
}
