using Nin.App.Output;
using Nin.App.Plots;
using Nin.App.Results;
using Nin.App.Runs;
using Spectre.Console;

namespace Nin.App.Studies;

/// <summary>Runs what a study still lacks, one run after another, and draws its table and plot after each.</summary>
/// <param name="study">The question.</param>
/// <param name="scale">At which size.</param>
/// <param name="folder">Where its runs are.</param>
/// <param name="planned">The runs of the table.</param>
/// <param name="wanted">Those of them that may be trained.</param>
/// <param name="resumeCommand">The command that resumes it, after the program's name.</param>
/// <param name="report">Where progress is printed.</param>
sealed class TrainingStudyRun(
    TrainingStudy study, StudyScale scale, StudyFolder folder, IReadOnlyList<PlannedRun> planned, IReadOnlyList<PlannedRun> wanted, string resumeCommand, Report report)
{
    /// <summary>The folder of images that the user named, or null.</summary>
    public string? Data { get; init; }

    /// <summary>Trains and draws.</summary>
    /// <exception cref="RunStoppedException">The user stopped it; the next call goes on.</exception>
    /// <exception cref="UsageException">The folder has runs of another study.</exception>
    public async Task<ExperimentResult> ExecuteAsync(Device device, CancellationToken cancellation)
    {
        if (!PlotFont.Install()) report.Note(PlotFont.Missing);
        // All of them first: a folder of another study is reported before anything is trained.
        int done = planned.Count(run => folder.Finished(run) is not null);
        report.Note($"{study.Name} at scale {scale.Name} ({scale.Description}): {done} of {planned.Count} runs are done, into {folder.Path}");
        for (int i = 0; i < wanted.Count; i++)
        {
            var run = wanted[i];
            if (folder.Finished(run) is not null) continue;
            report.Note($"[{i + 1}/{wanted.Count}] {run.Row.Name}, seed {run.Settings.Seed}");
            await TrainAsync(run, device, cancellation).ConfigureAwait(false);
            Draw();
        }

        return new ExperimentResult(study.Name, [.. Draw().Select(RowOf)]);
    }

    /// <summary>The table of the runs that have ended.</summary>
    public void Show(IAnsiConsole console) => new StudyTable(study, scale, Finished()).Show(console);

    async Task TrainAsync(PlannedRun run, Device device, CancellationToken cancellation)
    {
        bool hasBegun = File.Exists(run.Folder.ManifestFile);
        using var begun = hasBegun ? run.Folder.Lock() : null;
        var request = new RunRequest(run.Model, run.Settings, run.Folder, hasBegun ? run.Folder.ReadManifest(folder.Models) : null) { Data = Data, ResumeCommand = resumeCommand };
        await request.TrainAsync(device, report.WithoutResults(), cancellation).ConfigureAwait(false);
    }

    FinishedRun[] Finished() => [.. planned.Select(run => folder.Finished(run)).OfType<FinishedRun>()];

    FinishedRun[] Draw()
    {
        var finished = Finished();
        if (finished.Length == 0) return finished;
        var table = new StudyTable(study, scale, finished);
        RunFolder.Write(folder.Table, table.Markdown($"{NinApp.Name} {resumeCommand}"));
        RunFolder.Write(folder.Runs, StudyTable.Csv([.. finished.Select(RowOf)]));
        RunFolder.Write(folder.Plot, StudyPlot.Draw($"{study.Name}, {scale.Name}", scale.Rows, finished));
        return finished;
    }

    static ExperimentRow RowOf(FinishedRun run)
    {
        var (architecture, last) = (run.Model.Architecture(), run.Last);
        return new ExperimentRow(
            run.Row.Name, run.Settings.Seed, run.Folder.Path, run.Model.Id, architecture.ParameterCount, architecture.Macs, last.Epoch, last.Loss,
            last.TrainAccuracy, last.TestLoss, last.TestAccuracy, last.DeadClasses, last.ExamplesPerSecond);
    }
}
