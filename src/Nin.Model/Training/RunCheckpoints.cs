using Microsoft.Extensions.Logging;
using Nin.Checkpoints;

namespace Nin.Training;

/// <summary>The checkpoints that a run of <see cref="Trainer"/> writes, and the one that it goes on from.</summary>
sealed class RunCheckpoints(
    INetwork network, Optimizer optimizer, TrainerOptions options, Func<IReadOnlyDictionary<string, string>> describe, BestSoFar best, ILogger logger)
{
    // Of which step the newest is, and since when.
    (int Epochs, int Steps) kept;
    long keptAt;

    /// <summary>Whether the newest is older than <see cref="TrainerOptions.CheckpointInterval"/>.</summary>
    public bool IsDue => options.TimeProvider.GetElapsedTime(keptAt) >= options.CheckpointInterval;

    /// <summary>Where training begins: there is nothing to write yet.</summary>
    public void Begin(int epochs, int steps) => (kept, keptAt) = ((epochs, steps), options.TimeProvider.GetTimestamp());

    /// <summary>False where the newest is of this very step, or none is asked for.</summary>
    public bool Wants(int epochs, int steps) => options.CheckpointFolder is not null && (epochs, steps) != kept;

    /// <summary>Writes one; of several ranks, one writes and the others note that it did.</summary>
    public void Keep(int epochs, in EpochProgress begun, bool isWriter)
    {
        string folder = options.CheckpointFolder!;
        if (isWriter)
        {
            var state = new TrainingState(epochs, options.Seed) { Begun = begun, Run = describe(), Options = options.CheckpointOptions, Best = best.Epoch };
            TrainingCheckpoint.Save(options.Disk, folder, network, optimizer, state, bestWeights: best.Weights);
        }

        Begin(epochs, begun.Steps);
        logger.Keeps(epochs, begun.Steps, folder);
    }

    /// <summary>Gives network, optimiser and best weights what the newest whole checkpoint holds.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is damaged, or of another run.</exception>
    /// <exception cref="ArgumentException">The run has no epochs left.</exception>
    public TrainingState Resume(int batchesPerEpoch)
    {
        var state = TrainingCheckpoint.Load(options.CheckpointFolder!, network, optimizer, (then, file) => CheckSame(then, file, batchesPerEpoch), best);
        // A run that was killed while it wrote its last checkpoint has none to write any more.
        TrainingCheckpoint.Tidy(options.Disk, options.CheckpointFolder!);
        options.Resumed?.Invoke(state);
        foreach (string reason in state.PassedOver) logger.PassesOver(reason);
        logger.Resumes(state.Epoch, state.Begun.Steps, options.CheckpointFolder!);
        return state;
    }

    void CheckSame(TrainingState then, string file, int batchesPerEpoch)
    {
        if (then.Run.Count == 0)
            throw new InvalidDataException($"{file} was not written by {nameof(Trainer)}: load it with {nameof(TrainingCheckpoint)}.{nameof(TrainingCheckpoint.Load)}.");
        var run = describe();
        if (RunDescription.Difference(run, then.Run, options.ChangeEpochs) is { } difference)
        {
            string allow = difference.StartsWith(RunDescription.Epochs, StringComparison.Ordinal) ? $", or allow it with {nameof(TrainerOptions.ChangeEpochs)}" : "";
            throw new InvalidDataException($"{file} is of another run, which cannot be continued with the same bits: {difference}. Resume with the same{allow}, or start a new run.");
        }

        bool isLonger = then.Run[RunDescription.Epochs] != run[RunDescription.Epochs];
        if (isLonger && options.Epochs <= then.Epoch)
            throw new ArgumentException($"{then.Epoch} epochs are done: to continue, {nameof(TrainerOptions.Epochs)} must be more, not {options.Epochs}.");
        // The damaged one may be of a step before the change of the epochs or of one after it, and the schedule of those in between be either's.
        if (isLonger && then.PassedOver is [var damaged, ..] && options.Schedule is not (ConstantSchedule or ExtendedSchedule))
            throw new InvalidDataException(
                $"{file} is from before the change of the epochs from {then.Run[RunDescription.Epochs]} to {options.Epochs}, and a newer checkpoint is damaged ({damaged}): say at which " +
                $"step the epochs changed, with {nameof(ExtendedSchedule)}; or delete the damaged one, to change them from here on.");
        if (then.Epoch > options.Epochs || then.Begun.Steps > (then.Epoch == options.Epochs ? 0 : batchesPerEpoch))
            throw new InvalidDataException(
                $"{file} has done {then.Epoch} epochs and {then.Begun.Steps} steps of {options.Epochs} epochs of {batchesPerEpoch} steps; it is damaged.");
    }
}
