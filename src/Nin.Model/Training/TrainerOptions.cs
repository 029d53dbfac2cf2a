using Microsoft.Extensions.Logging;
using Nin.Checkpoints;
using Nin.Data;

namespace Nin.Training;

/// <summary>How <see cref="Trainer"/> trains.</summary>
public sealed record TrainerOptions
{
    /// <summary>Times that all training images are seen.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Images per step; an epoch's last step may have fewer.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>
    /// The peak learning rate, which the schedule scales before each step; null for the one that the optimiser was made with (0.05 where
    /// <see cref="Optimizer"/> is null).
    /// </summary>
    public double? LearningRate { get; init; }

    /// <summary>The loss to minimise; null for <see cref="CrossEntropyLoss"/>.</summary>
    public Loss? Loss { get; init; }

    /// <summary>How the learning rate moves.</summary>
    public LearningRateSchedule Schedule { get; init; } = new ConstantSchedule();

    /// <summary>Makes the optimiser, or null for <see cref="Sgd"/> with momentum 0.9. The trainer disposes it.</summary>
    public Func<ParameterSet, Optimizer>? Optimizer { get; init; }

    /// <summary>Decides order and augmentation of the training images. (Weights and dropout have the network's seed.)</summary>
    public int Seed { get; init; }

    /// <summary>Numbers to take in each validation and test beside loss and accuracy; each has a name of its own.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>
    /// Keeps the weights of the epoch that is best by <see cref="TrainingData.Validation"/>, the first of equal ones: <see cref="Optimizer.AverageDecay"/>'s
    /// averages where there are some. A checkpoint keeps them too.
    /// </summary>
    public BestWeights BestWeights { get; init; }

    /// <summary>Leaves the network with the best weights when <see cref="Trainer.Fit"/> returns, instead of the last ones. Needs <see cref="BestWeights"/>.</summary>
    public bool RestoreBestWeights { get; init; }

    /// <summary>Stops after this many epochs in a row that were not better than the best, 1 or more; null for never. Needs <see cref="BestWeights"/>.</summary>
    public int? Patience { get; init; }

    /// <summary>
    /// True returns what was reached when training is cancelled, with the epochs that ended; else <see cref="OperationCanceledException"/> is thrown. A
    /// checkpoint is kept either way.
    /// </summary>
    public bool ReturnsWhenCancelled { get; init; }

    /// <summary>
    /// The most bytes on the device, for each of training, validation and test images, that keep what layers give which are frozen before the first trained one,
    /// so that later epochs need not run them: same bits, and the time of a head instead of a network's. Zero for none. Training images are kept where nothing varies
    /// them (<see cref="TrainingData.Augmentation"/>, <see cref="TrainingData.Transforms"/>); with <see cref="Ranks"/> nothing is.
    /// </summary>
    public long FrozenFeatureBytes { get; init; } = 512L << 20;

    /// <summary>Images per batch of the test after an epoch.</summary>
    public int EvaluationBatchSize { get; init; } = 256;

    /// <summary>
    /// Where a <see cref="TrainingCheckpoint"/> is kept after each epoch, and between two steps where training is cancelled or
    /// <see cref="CheckpointInterval"/> has passed; null for none.
    /// </summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>
    /// The longest time without a checkpoint, but for the step that it ends in; zero for one after every step, null for none within an epoch
    /// (but when training is cancelled).
    /// </summary>
    public TimeSpan? CheckpointInterval { get; init; }

    /// <summary>
    /// Goes on from the newest whole checkpoint in <see cref="CheckpointFolder"/>, between any two steps, to the bits of a run that was never
    /// stopped. So everything that decides them must be what it was: network, seeds, data, batch size, epochs, optimiser, learning rate,
    /// schedule, loss, frozen parameters. Own schedules, optimisers and losses are told apart by their types' names and by what they say of
    /// themselves (<see cref="LearningRateSchedule.Describe"/>). Only the device is not compared: equal bits are promised for one kind of it.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>
    /// Lets a resumed run have other <see cref="Epochs"/> than it was started with, more than are done: from the step on with which it goes on,
    /// the schedule is that of the new total. A one cycle or cosine that had come down thus jumps up to where it stands at that share of the
    /// longer run, and the weights are not those of a run that had the new total from the start; with a constant rate they are.
    /// </summary>
    public bool ChangeEpochs { get; init; }

    /// <summary>
    /// Receives where a run resumes, before it trains anything; <see cref="TrainingState.PassedOver"/> names newer checkpoints that
    /// were damaged, for a warning.
    /// </summary>
    public Action<TrainingState>? Resumed { get; init; }

    /// <summary>Strings that the checkpoint keeps for whoever resumes.</summary>
    public IReadOnlyDictionary<string, string> CheckpointOptions { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The processes that train this network together, each on its part of every batch; null for this one alone. <see cref="BatchSize"/> is that of all
    /// together, and every rank calls <see cref="Trainer.Fit"/> with the same network, data and options. Rank 0 alone writes checkpoints.
    /// </summary>
    /// <remarks>
    /// Losses and weights have the bits of one process where <see cref="RankBits.Differ"/> gives null.
    /// </remarks>
    public RankGroup? Ranks { get; init; }

    /// <summary>
    /// With <see cref="Ranks"/>: batch normalisation takes the statistics of the whole batch, on device <c>cpu</c> alone; else each rank those of its part, and
    /// the running statistics are those of rank 0.
    /// </summary>
    public bool SynchronizeBatchNorm { get; init; }

    /// <summary>
    /// Gets a line when the run begins, resumes, ends an epoch, stops, is cancelled or diverges, and warnings of damaged checkpoints and dead classes; null for no
    /// one. Numbers for programs are in <see cref="TrainingProgress"/> and the meter <c>Nin.Training</c>.
    /// </summary>
    public ILogger? Logger { get; init; }

    /// <summary>The clock of <see cref="CheckpointInterval"/> and of <see cref="EpochMetrics.ExamplesPerSecond"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where checkpoints are written; tests make it fail.</summary>
    internal Disk Disk { get; init; } = Disk.Local;
}

/// <summary>What makes the weights of one epoch better than those of another.</summary>
public enum BestWeights
{
    /// <summary>The best weights are not kept.</summary>
    None,

    /// <summary>A higher accuracy on the validation set.</summary>
    ByAccuracy,

    /// <summary>A lower loss on the validation set.</summary>
    ByLoss,
}

/// <summary>The data that a network is trained and tested on. Images are resized to the network's input.</summary>
/// <param name="Training">Training images.</param>
/// <param name="Test">Test images, evaluated after each epoch, which decide nothing; null for none.</param>
public sealed record TrainingData(ImageDataset Training, ImageDataset? Test = null)
{
    /// <summary>Images that decide which epoch is best and when to stop, evaluated after each epoch; null for none.</summary>
    public ImageDataset? Validation { get; init; }

    /// <summary>Normalisation of both, or null for pixels from 0 to 1.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>How training images are varied.</summary>
    public Augmentation Augmentation { get; init; }

    /// <summary>Transforms that are applied after that, one after another; a user's own too.</summary>
    public IReadOnlyList<Transform> Transforms { get; init; } = [];

    /// <summary>Batches that another thread makes ahead; see <see cref="DataLoaderOptions.Prefetch"/>.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>Threads that make a batch; see <see cref="DataLoaderOptions.Workers"/>.</summary>
    public int? Workers { get; init; }
}

/// <summary>The progress of training after a step, and after the test at an epoch's end.</summary>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="Epochs">Epochs of the run.</param>
/// <param name="Batch">Steps of this epoch that are done.</param>
/// <param name="Batches">Steps of an epoch.</param>
/// <param name="Loss">Mean loss of this epoch so far.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="Completed">
/// The epoch's metrics, reported when it is tested and before its checkpoint is written; null after a step. During the report the network has the weights that
/// were tested: <see cref="Optimizer.AverageDecay"/>'s averages where there are some.
/// </param>
/// <param name="Test">The test that <paramref name="Completed"/> has the numbers of, class by class.</param>
public readonly record struct TrainingProgress(
    int Epoch, int Epochs, int Batch, int Batches, double Loss, double LearningRate, EpochMetrics? Completed = null,
    EvaluationResult? Test = null)
{
    /// <summary>The validation after an epoch; null after a step, and without validation images.</summary>
    public EvaluationResult? Validation { get; init; }
}

/// <summary>The metrics of an epoch.</summary>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="Loss">Mean loss over the training images, each measured before its step.</param>
/// <param name="TrainAccuracy">Share of the training images that were right in their step.</param>
/// <param name="TestLoss">Mean loss over the test images, after the epoch; NaN without any.</param>
/// <param name="TestAccuracy">Share of the test images that are right, after the epoch; NaN without any.</param>
/// <param name="ExamplesPerSecond">Training images a second; tests and checkpoints are not in it.</param>
/// <param name="DeadClasses">See <see cref="EvaluationResult.DeadClasses"/>.</param>
public sealed record EpochMetrics(
    int Epoch, double Loss, double TrainAccuracy, double TestLoss, double TestAccuracy, double ExamplesPerSecond, int DeadClasses)
{
    /// <summary>Mean loss over the validation images, after the epoch; null without any.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Share of the validation images that are right, after the epoch; null without any.</summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>Whether it is the best so far, by <see cref="TrainerOptions.BestWeights"/>.</summary>
    public bool IsBest { get; init; }
}
