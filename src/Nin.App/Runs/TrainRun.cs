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
/// <param name="request">What is trained, how, and where its files are.</param>
/// <param name="data">What it learns from.</param>
/// <param name="manifest">What its report says of it.</param>
/// <param name="report">Where progress is printed.</param>
sealed class TrainRun(RunRequest request, RunData data, Manifest manifest, Report report)
{
    readonly ModelEntry model = request.Model;
    readonly TrainSettings settings = request.Settings;
    readonly RunFolder folder = request.Folder;
    readonly List<EpochMetrics> epochs = [];
    readonly EventFile events = new(request.Folder.Events);
    EvaluationResult? test;
    (int Done, int All) steps;

    /// <summary>Trains, writing weights, metrics and a checkpoint after each epoch, and draws at the end.</summary>
    /// <exception cref="RunStoppedException">The user stopped it; all files are whole, and a checkpoint has every step.</exception>
    public TrainResult Execute(INetwork network, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var checkpoints = new CheckpointSettings(request.CheckpointInterval, manifest.Extensions);
        var options = Recipe.Options(settings, folder.CheckpointFolder, checkpoints) with
        {
            Resumed = Resume, Ranks = request.Ranks, SynchronizeBatchNorm = request.SynchronizesBatchNorm,
        };
        options = Recipe.Extended(options, checkpoints.Extensions, data.Training!.Count);
        var images = Recipe.Images(settings, data);
        if (request.TensorBoard && !options.Resume) events.Start(epochs);
        try
        {
            new RunDisplay(report, options.BatchSize, network.Architecture, settings.HeldOut).Show(
                display => Trainer.Fit(network, images, options, new Recorder(this, network, display), cancellation));
            if (epochs.Count < settings.Epochs) report.Note($"stopped early: {settings.Patience} epochs were no better than epoch {Recipe.Kept(settings, epochs).Epoch}, whose weights are kept");
            test ??= TestSaved(network.Device, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested || request.Ranks is not null)
        {
            string within = steps.Done > 0 ? $" and {steps.Done} of {steps.All} steps" : "";
            throw new RunStoppedException($"after {epochs.Count} of {settings.Epochs} epochs{within}; continue with `{NinApp.Name} {request.ResumeCommand}`.");
        }

        request.Ranks?.BeginWork("drawing the run");
        if (request.Writes) Draw();
        request.Ranks?.EndWork();
        return ResultOf(Recipe.Kept(settings, epochs), network.Device, clock.Elapsed.TotalSeconds);
    }

    void Resume(TrainingState state)
    {
        foreach (string damaged in state.PassedOver) report.Note($"warning: skipping a damaged checkpoint, {damaged}");
        var rows = folder.ReadMetrics();
        if (rows.Count < state.Epoch)
            throw new InvalidDataException(
                $"{folder.MetricsFile} has {rows.Count} of the {state.Epoch} epochs that the checkpoint has seen; put it back, or start a new run.");
        // The rows are written before the checkpoint: a program killed between the two, or one whose checkpoint is damaged, has too many.
        epochs.AddRange(rows.Take(state.Epoch));
        steps = (state.Begun.Steps, Batches());
        if (request.TensorBoard) events.Start(epochs);
    }

    // All epochs were done before: the network has the weights that train, and the file those that were tested.
    EvaluationResult TestSaved(Device device, CancellationToken cancellation)
    {
        using var saved = WeightsFile.Of(folder.Weights, model).Load(device);
        return Evaluation.Run(saved, data.Test, data.Normalization, cancellation: cancellation);
    }

    int Batches() => (data.Training!.Count - 1) / settings.BatchSize + 1;

    void Record(INetwork network, EpochMetrics epoch, EvaluationResult? tested)
    {
        epochs.Add(epoch);
        if (settings.Patience is null || epoch.IsBest)
        {
            test = tested;
            if (request.Writes) Checkpoint.Save(network, folder.Weights, WeightsMetadata.Of(network.Architecture, settings, data));
        }

        if (!request.Writes) return;
        folder.Write(epochs);
        if (request.TensorBoard) events.Append(epoch);
        report.Line(EpochResult.Of(epoch), AppJson.Lines.EpochResult);
    }

    void Draw()
    {
        if (!PlotFont.Install())
            report.Note(PlotFont.Missing);
        byte[] curves = CurvesPlot.Draw(model.Id, epochs, Recipe.Kept(settings, epochs), settings.HeldOut);
        RunFolder.Write(folder.Curves, curves);
        string title = $"{model.Id}: {Tables.Percent(test!.Accuracy)} of {Tables.Count(test.Examples)} {settings.HeldOut} images";
        byte[] confusion = ConfusionPlot.Draw(title, test.Confusion, data.Test.ClassNames);
        RunFolder.Write(folder.Confusion, confusion);
        var page = new RunReport(manifest, model.Architecture(), epochs, Recipe.Kept(settings, epochs), test);
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
            if (value.Completed is { } epoch)
            {
                value = value with { Completed = Recipe.Row(epoch) };
                run.Record(network, value.Completed, value.Test ?? value.Validation);
            }

            display(value);
        }
    }
}
