using System.CommandLine;
using Nin.App.Output;
using Nin.App.Results;
using Nin.App.Runs;
using Nin.App.Studies;

namespace Nin.App.Commands;

/// <summary><c>experiment</c>.</summary>
sealed class ExperimentCommand : Command
{
    readonly ModelCatalog models;
    readonly IReadOnlyList<Study> studies;
    readonly Argument<string?> name = new("name") { Description = "The study; without one they are listed", HelpName = "NAME", Arity = ArgumentArity.ZeroOrOne };
    readonly Option<string?> scale = new("--scale") { Description = "The study's size: small unless given", HelpName = "name" };
    readonly Option<string?> output = SharedOptions.Folder("--out", $"Folder of the study (default: {StudyFolder.Default}/<name>-<scale>); a study that was stopped is resumed there");
    readonly Option<int?> seeds = OptionKinds.Integer("--seeds", "Runs of each row: seeds 0 to n - 1 (default: the study's)", least: 1, most: 10_000);
    readonly Option<string[]> only = new("--only") { Description = "Train this row alone; may be given several times", HelpName = "row", DefaultValueFactory = _ => [] };
    readonly Option<int?> epochs = OptionKinds.Integer("--epochs", "Epochs of each run, instead of the study's", least: 1);
    readonly Option<int?> limit = OptionKinds.Integer("--limit", "Use the first n training images only, instead of the study's", least: 1);
    readonly Option<string?> dataset = SharedOptions.Dataset();
    readonly Option<string?> data = SharedOptions.Data();
    readonly Option<string> device = SharedOptions.Device();
    readonly Option<int?> threads = SharedOptions.Threads();

    public ExperimentCommand(ModelCatalog models, IReadOnlyList<Study> studies)
        : base("experiment", "Run a declared study: networks, settings and seeds, a run each, with a table and a plot")
    {
        this.models = models;
        this.studies = studies;
        Add(name);
        foreach (Option option in (Option[])[scale, output, seeds, only, epochs, limit, dataset, data, device, threads]) Add(option);
        SetAction(RunAsync);
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var report = new Report(parsed);
        if (parsed.GetValue(name) is not { } named) return List(report);
        var study = studies.FirstOrDefault(s => s.Name == named) ?? throw Unknown("study", named, studies.Select(s => s.Name));
        var infos = study.ScaleInfos;
        string wanted = parsed.GetValue(scale) ?? infos[0].Name;
        var info = infos.Any(s => s.Name == wanted) ? infos.First(s => s.Name == wanted) : throw Unknown("scale", wanted, infos.Select(s => s.Name));
        string[] rows = parsed.GetValue(only)!;
        if (rows.FirstOrDefault(r => !info.Rows.Contains(r)) is { } row) throw Unknown("row", row, info.Rows);
        var folder = new StudyFolder(parsed.GetValue(output) ?? Path.Combine(StudyFolder.Default, $"{study.Name}-{wanted}"), models);
        using var on = ChosenDevice.Open(parsed, device, threads);
        if (study is ResourceStudy resources)
        {
            Refuse(parsed, study, seeds, epochs, limit, dataset, data);
            var measured = new ResourceStudyRun(
                resources, resources.Scales.First(s => s.Name == wanted), folder, [.. resources.Rows.Where(r => IsWanted(rows, r.Name))], report)
                .Execute(on, $"{NinApp.Name} {Typed(parsed, study)}", cancellation);
            report.Result(measured, AppJson.Lines.ResourceResult, console =>
            {
                ResourceStudyRun.Show(console, measured.Rows);
                console.Say($"  {folder.Table}, {folder.Plot}");
            });
            return ExitCode.Done;
        }

        var training = (TrainingStudy)study;
        var at = training.Scales.First(s => s.Name == wanted);
        var planned = folder.Plan(at, parsed.GetValue(seeds) ?? at.Seeds, settings => Change(parsed, settings));
        var run = new TrainingStudyRun(
            training, at, folder, planned, [.. planned.Where(p => IsWanted(rows, p.Row.Name))], Typed(parsed, study), report) { Data = parsed.GetValue(data) };
        var result = await run.ExecuteAsync(on, cancellation).ConfigureAwait(false);
        report.Result(result, AppJson.Lines.ExperimentResult, console =>
        {
            run.Show(console);
            console.Say($"  {folder.Table}, {folder.Runs}, {folder.Plot}");
        });
        return ExitCode.Done;
    }

    int List(Report report)
    {
        StudyListRow[] rows = [.. studies.Select(s => new StudyListRow(
            s.Name, s.Question, [.. s.ScaleInfos.Select(i => new ScaleRow(i.Name, i.Description, i.Rows, i.Seeds))]))];
        report.Result(rows, AppJson.Lines.StudyListRowArray, console =>
        {
            foreach (var study in rows)
            {
                console.Say($"{study.Name}: {study.Question}");
                foreach (var s in study.Scales)
                {
                    console.Say($"  --scale {s.Name}: {s.Description}");
                    console.Say($"      {string.Join(", ", s.Rows)}{(s.Seeds == 1 ? "" : $"; {s.Seeds} seeds each")}");
                }

                console.Say("");
            }

            console.Say(rows.Length == 0 ? "  this program has no study" : $"  run one: {NinApp.Name} experiment {rows[0].Name}");
        });
        return ExitCode.Done;
    }

    TrainSettings Change(ParseResult parsed, TrainSettings settings) => settings with
    {
        Epochs = parsed.GetValue(epochs) ?? settings.Epochs,
        Limit = parsed.GetValue(limit) ?? settings.Limit,
        Dataset = parsed.GetValue(dataset) ?? settings.Dataset,
    };

    /// <summary>The command that resumes a study that was stopped.</summary>
    string Typed(ParseResult parsed, Study study)
    {
        string text = $"experiment {study.Name}";
        foreach (var option in (Option[])[scale, output, seeds, only, epochs, limit, dataset, data, device, threads])
        {
            if (parsed.GetResult(option) is not { Implicit: false } given) continue;
            foreach (var token in given.Tokens) text += $" {option.Name} {token.Value}";
        }

        return text;
    }

    static void Refuse(ParseResult parsed, Study study, params Option[] options)
    {
        if (options.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } given)
            throw new UsageException($"{given.Name} belongs to studies that train; {study.Name} counts and measures: leave it out.");
    }

    static bool IsWanted(string[] rows, string name) => rows.Length == 0 || rows.Contains(name);

    static UsageException Unknown(string what, string word, IEnumerable<string> known)
    {
        string[] all = [.. known];
        return new UsageException(all.Length == 0
            ? $"unknown {what} '{word}': this program has none."
            : $"unknown {what} '{word}'{Suggestion.For(word, all)} use {string.Join(", ", all)}.");
    }
}
