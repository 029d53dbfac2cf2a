using System.Diagnostics;
using System.Text;
using Nin.Checkpoints;
using Nin.Data;
using Nin.App.Output;
using Nin.App.Plots;
using Nin.App.Results;
using Nin.Training;

namespace Nin.App.Runs;

/// <summary>A run from its first epoch, or from its checkpoint, to its pictures.</summary>
/// <param name="model">What is trained.</param>
/// <param name="settings">How.</param>
/// <param name="checkpoints">How it keeps checkpoints, and whether it may go on from one of a run with fewer epochs.</param>
/// <param name="folder">Where its files are.</param>
/// <param name="data">What it learns from.</param>
/// <param name="report">Whom it tells.</param>
/// <param name="manifest">What its report says of it.</param>
/// <param name="tensorboard">Whether it writes an event file, too.</param>
sealed class TrainRun(ModelEntry model, TrainSettings settings, CheckpointSettings checkpoints, RunFolder folder, RunData data, Report report, Manifest manifest, bool tensorboard)
{
    readonly List<EpochMetrics> epochs = [];
    readonly EventFile events = new(folder.Events);
    EvaluationResult? test;
    (int Done, int All) steps;

    /// <summary>The processes that share the run; null for this one alone. Rank 0 alone writes.</summary>
    public RankGroup? Ranks { get; init; }

    /// <summary>See <see cref="TrainerOptions.SynchronizeBatchNorm"/>.</summary>
    public bool SynchronizesBatchNorm { get; init; }

    bool Writes => Ranks is null or { Rank: 0 };

    /// <summary>Trains, writing weights, metrics and a checkpoint after each epoch, and draws at the end.</summary>
    /// <exception cref="RunStoppedException">The user stopped it; all files are whole, and a checkpoint has every step.</exception>
    public TrainResult Execute(INetwork network, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var options = Recipe.Options(settings, folder.CheckpointFolder, checkpoints) with
        {
            Resumed = Resume, Ranks = Ranks, SynchronizeBatchNorm = SynchronizesBatchNorm,
        };
        options = Recipe.Extended(options, checkpoints.Extensions, data.Training!.Count);
        var images = Recipe.Images(settings, data);
        if (tensorboard && !options.Resume) events.Start(epochs);
        try
        {
            new RunDisplay(report, settings.Batch).Show(
                display => Trainer.Fit(network, images, options, new Recorder(this, network, display), cancellation));
            test ??= Evaluation.Run(network, data.Test, data.Normalization, cancellation: cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested || Ranks is not null)
        {
            string within = steps.Done > 0 ? $" and {steps.Done} of {steps.All} steps" : "";
            throw new RunStoppedException($"after {epochs.Count} of {settings.Epochs} epochs{within}; go on with `{NinApp.Name} train --resume {folder.Path}`.");
        }

        if (Writes) Draw();
        return ResultOf(epochs[^1], network.Device, clock.Elapsed.TotalSeconds);
    }

    void Resume(TrainingState state)
    {
        foreach (string damaged in state.PassedOver) report.Note($"warning: passing over a damaged checkpoint, {damaged}");
        var rows = folder.ReadMetrics();
        if (rows.Count < state.Epoch)
            throw new InvalidDataException(
                $"{folder.MetricsFile} has {rows.Count} of the {state.Epoch} epochs that the checkpoint has seen; put it back, or start a new run.");
        // The rows are written before the checkpoint: a program killed between the two, or one whose checkpoint is damaged, has too many.
        epochs.AddRange(rows.Take(state.Epoch));
        steps = (state.Begun.Steps, Batches());
        if (tensorboard) events.Start(epochs);
    }

    int Batches() => (data.Training!.Count - 1) / settings.Batch + 1;

    void Record(INetwork network, EpochMetrics epoch, EvaluationResult? tested)
    {
        epochs.Add(epoch);
        test = tested;
        if (!Writes) return;
        Checkpoint.Save(network, folder.Weights, WeightsMetadata.Of(network.Architecture, settings, data));
        folder.Write(epochs);
        if (tensorboard) events.Append(epoch);
        report.Line(EpochResult.Of(epoch), AppJson.Lines.EpochResult);
    }

    void Draw()
    {
        if (!PlotFont.Install())
            report.Note(PlotFont.Missing);
        byte[] curves = CurvesPlot.Draw(model.Id, epochs);
        RunFolder.Write(folder.Curves, curves);
        string title = $"{model.Id}: {Tables.Percent(test!.Accuracy)} of {Tables.Count(test.Examples)} test images";
        byte[] confusion = ConfusionPlot.Draw(title, test.Confusion, data.Test.ClassNames);
        RunFolder.Write(folder.Confusion, confusion);
        var page = new RunReport(manifest, model.Architecture(), epochs, test);
        RunFolder.Write(folder.Report, Encoding.UTF8.GetBytes(page.Write(curves, confusion)));
    }

    TrainResult ResultOf(EpochMetrics last, Device device, double seconds) => new(
        last.Epoch, last.Loss, last.TrainAccuracy, last.TestAccuracy, last.ExamplesPerSecond, last.DeadClasses,
        folder.Path, device.Id, seconds);

    /// <summary>Not <see cref="Progress{T}"/>, which would report on other threads and late.</summary>
    sealed class Recorder(TrainRun run, INetwork network, Action<TrainingProgress> display) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            run.steps = (value.Completed is null ? value.Batch : 0, value.Batches);
            if (value.Completed is { } epoch) run.Record(network, epoch, value.Test);
            display(value);
        }
    }
}
