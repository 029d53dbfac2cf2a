using Nin.App.Results;
using Nin.Training;

namespace Nin.App.Runs;

/// <summary>Does a run again from its start, in memory, and compares it with what the run left, bit for bit.</summary>
sealed class Replay(ModelEntry model, Manifest manifest, RunFolder folder, RunData data, Action<string> note)
{
    readonly IReadOnlyList<EpochMetrics> recorded = Recorded(folder);
    readonly Action<string> note = note;

    /// <summary>Stops at the first difference; null where there is none.</summary>
    /// <exception cref="InvalidDataException">The run's files are damaged or missing.</exception>
    /// <exception cref="OperationCanceledException">The user interrupted it.</exception>
    public RunDifference? Run(Device device, CancellationToken cancellation)
    {
        using var weights = WeightsFile.Of(folder.Weights, model).Load(device);
        using var network = Recipe.Network(model, manifest.Options, device);
        // An interrupted run has fewer epochs than it was to have; its schedule is that of all.
        var options = Recipe.Options(manifest.Options, folder.CheckpointFolder, new CheckpointSettings(TimeSpan.Zero, Extensions: null)) with
        {
            CheckpointFolder = null, CheckpointInterval = null, Resume = false, ReturnsWhenCancelled = true,
        };
        options = Recipe.Extended(options, manifest.Extensions, data.Training!.Count);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var follower = new Follower(this, manifest.Options.Patience is null ? weights : null, network, enough);
        // It returns when the follower has seen enough, too: with the best weights where the run kept those.
        Trainer.Fit(network, Recipe.Images(manifest.Options, data), options, follower, enough.Token);
        cancellation.ThrowIfCancellationRequested();
        return follower.Difference ?? (manifest.Options.Patience is null ? null : DifferenceOf(weights, network));
    }

    static IReadOnlyList<EpochMetrics> Recorded(RunFolder folder)
    {
        var epochs = folder.ReadMetrics();
        return epochs.Count > 0
            ? epochs
            : throw new InvalidDataException($"{folder.MetricsFile} has no epoch: there is nothing to compare. Train the run for an epoch first.");
    }

    static RunDifference? DifferenceOf(EpochMetrics recorded, EpochMetrics replayed)
    {
        (string Column, double Recorded, double Replayed)[] columns =
        [
            ("loss", recorded.Loss, replayed.Loss), ("trainAccuracy", recorded.TrainAccuracy, replayed.TrainAccuracy),
            ("testLoss", recorded.TestLoss, replayed.TestLoss), ("testAccuracy", recorded.TestAccuracy, replayed.TestAccuracy),
            ("deadClasses", recorded.DeadClasses, replayed.DeadClasses),
        ];
        foreach (var (column, was, now) in columns)
        {
            // The table holds a NaN as such, whatever its bits were.
            if (!was.Equals(now)) return new RunDifference(recorded.Epoch, column, null, null, was, now);
        }

        return null;
    }

    static RunDifference? DifferenceOf(INetwork recorded, INetwork replayed)
    {
        foreach (var parameter in recorded.Parameters)
        {
            float[] was = parameter.ToArray(), now = replayed.Parameters[parameter.Name].ToArray();
            for (int i = 0; i < was.Length; i++)
            {
                if (BitConverter.SingleToInt32Bits(was[i]) != BitConverter.SingleToInt32Bits(now[i]))
                    return new RunDifference(null, null, parameter.Name, i, was[i], now[i]);
            }
        }

        return null;
    }

    /// <summary>Compares each epoch when it is done, and cancels the rest when there is nothing left to learn.</summary>
    sealed class Follower(Replay replay, INetwork? weights, INetwork network, CancellationTokenSource enough) : IProgress<TrainingProgress>
    {
        public RunDifference? Difference { get; private set; }

        public void Report(TrainingProgress value)
        {
            if (value.Completed is not { } completed) return;
            var epoch = Recipe.Row(completed);
            var recorded = replay.recorded[epoch.Epoch - 1];
            Difference = DifferenceOf(recorded, epoch);
            replay.note($"epoch {epoch.Epoch}/{replay.recorded.Count} replayed: {(Difference is null ? "the same" : "different")}");
            bool isDone = Difference is not null || epoch.Epoch == replay.recorded.Count;
            // Now, while the network has the averaged weights, where the run kept some; the best ones it gets at the end.
            if (isDone && weights is not null) Difference ??= DifferenceOf(weights, network);
            if (isDone) enough.Cancel();
        }
    }
}
