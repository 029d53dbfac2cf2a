using System.Diagnostics;
using Nin.Checkpoints;
using Nin.Data;
using Nin.Runner.Output;
using Nin.Runner.Plots;
using Nin.Runner.Results;
using Nin.Training;

namespace Nin.Runner.Runs;

/// <summary>A run from its first epoch, or from its checkpoint, to its pictures.</summary>
sealed class TrainRun(ModelEntry model, TrainSettings settings, RunFolder folder, RunData data, Report report)
{
    readonly List<EpochMetrics> epochs = [];
    EvaluationResult? test;

    /// <summary>Trains, writing weights, metrics and a checkpoint after each epoch, and draws at the end.</summary>
    /// <exception cref="OperationCanceledException">The user interrupted it; all files are whole.</exception>
    public TrainResult Execute(INetwork network, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var options = Recipe.Options(settings, folder.CheckpointFolder);
        if (options.Resume) epochs.AddRange(EpochsOfCheckpoint());
        var images = Recipe.Images(settings, data);
        new RunDisplay(report, settings.Batch).Show(
            display => Trainer.Fit(network, images, options, new Recorder(this, network, display), cancellation));
        test ??= Evaluation.Run(network, data.Test, data.Normalization, cancellation: cancellation);
        Draw();
        return ResultOf(epochs[^1], network.Device, clock.Elapsed.TotalSeconds);
    }

    /// <summary>Epochs that are done and kept.</summary>
    public int EpochsDone => epochs.Count;

    IEnumerable<EpochMetrics> EpochsOfCheckpoint()
    {
        var state = TrainingCheckpoint.ReadState(folder.CheckpointFolder);
        foreach (string damaged in state.PassedOver) report.Note($"warning: passing over a damaged checkpoint, {damaged}");
        var rows = folder.ReadMetrics();
        if (rows.Count < state.Epoch)
            throw new InvalidDataException(
                $"{folder.MetricsFile} has {rows.Count} of the {state.Epoch} epochs that the checkpoint has seen; put it back, or start a new run.");
        // The rows are written before the checkpoint: a program killed between the two, or one whose checkpoint is damaged, has too many.
        return rows.Take(state.Epoch);
    }

    void Record(INetwork network, EpochMetrics epoch, EvaluationResult? tested)
    {
        epochs.Add(epoch);
        test = tested;
        Checkpoint.Save(network, folder.Weights, new Dictionary<string, string> { [WeightsMetadata.Dataset] = settings.Dataset });
        folder.Write(epochs);
        report.Line(EpochResult.Of(epoch), RunnerJson.Lines.EpochResult);
    }

    void Draw()
    {
        if (!PlotFont.Install())
            report.Note("no font on this machine: the pictures have no text. Install one, such as the package fonts-dejavu-core.");
        RunFolder.Write(folder.Curves, CurvesPlot.Draw(model.Id, epochs));
        string title = $"{model.Id}: {Tables.Percent(test!.Accuracy)} of {Tables.Count(test.Examples)} test images";
        RunFolder.Write(folder.Confusion, ConfusionPlot.Draw(title, test.Confusion, data.Test.ClassNames));
    }

    TrainResult ResultOf(EpochMetrics last, Device device, double seconds) => new(
        last.Epoch, last.Loss, last.TrainAccuracy, last.TestAccuracy, last.ExamplesPerSecond, last.DeadClasses,
        folder.Path, device.Id, seconds);

    /// <summary>Not <see cref="Progress{T}"/>, which would report on other threads and late.</summary>
    sealed class Recorder(TrainRun run, INetwork network, Action<TrainingProgress> display) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Completed is { } epoch) run.Record(network, epoch, value.Test);
            display(value);
        }
    }
}
