namespace Nin.Training;

/// <summary>How <see cref="Trainer"/> trains.</summary>
public sealed record TrainerOptions
{
    /// <summary>Times that all training images are seen.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Images a step; an epoch's last step may have fewer.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>The peak learning rate. The optimiser's own is set from it, and from the schedule, before each step.</summary>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>How the learning rate moves.</summary>
    public LearningRateSchedule Schedule { get; init; } = new ConstantSchedule();

    /// <summary>Makes the optimiser, or null for <see cref="Sgd"/> with momentum 0.9. The trainer disposes it.</summary>
    public Func<ParameterSet, Optimizer>? Optimizer { get; init; }

    /// <summary>Decides order and augmentation of the training images. (Weights and dropout have the network's seed.)</summary>
    public int Seed { get; init; }

    /// <summary>Images a batch of the test after an epoch.</summary>
    public int EvaluationBatchSize { get; init; } = 256;

    /// <summary>Where a <see cref="Checkpoints.TrainingCheckpoint"/> is kept after each epoch, or null for none.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Goes on from the checkpoint in <see cref="CheckpointFolder"/>, to the bits of a run that was never stopped.</summary>
    public bool Resume { get; init; }

    /// <summary>Strings that the checkpoint keeps for whoever resumes.</summary>
    public IReadOnlyDictionary<string, string> CheckpointOptions { get; init; } = new Dictionary<string, string>();
}
