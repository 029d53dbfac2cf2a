namespace Nin.Training;

/// <summary>Trains networks on labelled images.</summary>
public static class Trainer
{
    /// <summary>Trains a network and tests it after each epoch.</summary>
    /// <param name="network">What to train; any <see cref="INetwork{TIn, TOut}"/>.</param>
    /// <param name="data">Training and test images.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Called after every step and every epoch, on the thread that trains.</param>
    /// <param name="cancellation">
    /// Stops between two steps: the network is then as the last whole step left it, and so is a checkpoint in
    /// <see cref="TrainerOptions.CheckpointFolder"/>, from which <see cref="TrainerOptions.Resume"/> goes on.
    /// </param>
    /// <returns>The metrics of each epoch that ended in this call.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or the images do not fit the network.</exception>
    /// <exception cref="InvalidDataException">
    /// The checkpoint to resume is missing, damaged or another run's: the message names the first thing that differs, with both values.
    /// </exception>
    /// <exception cref="DivergedException">
    /// A step's loss, or a gradient that its update would use, is not finite. The update was left out where a gradient was to blame, the last checkpoint is
    /// unchanged, and the exception names epoch, step and, from running the step again, the layer where it began.
    /// </exception>
    /// <exception cref="IOException">A checkpoint could not be written; the one before is unchanged.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled, and <see cref="TrainerOptions.ReturnsWhenCancelled"/> is not set.</exception>
    public static IReadOnlyList<EpochMetrics> Fit(
        INetwork network, TrainingData data, TrainerOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        if (options.BestWeights != BestWeights.None && data.Validation is null)
            throw new ArgumentException("BestWeights are chosen on validation images: give the data a Validation set.", nameof(data));
        using var run = new TrainingRun(network, data, options, progress);
        var epochs = new List<EpochMetrics>();
        try
        {
            for (int epoch = run.FirstEpoch; epoch < options.Epochs && !run.HasStopped; epoch++) epochs.Add(run.Epoch(epoch, cancellation));
        }
        catch (OperationCanceledException) when (options.ReturnsWhenCancelled && (cancellation.IsCancellationRequested || options.Ranks is not null))
        {
        }

        run.End();
        return epochs;
    }

    static void Check(TrainerOptions options)
    {
        if (options.Epochs < 1) throw new ArgumentOutOfRangeException(nameof(options), options.Epochs, "Epochs must be 1 or more.");
        if (options.BatchSize < 1) throw new ArgumentOutOfRangeException(nameof(options), options.BatchSize, "The batch size must be 1 or more.");
        if (options.EvaluationBatchSize < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.EvaluationBatchSize, "The evaluation batch size must be 1 or more.");
        if (options.LearningRate is { } rate && (!(rate >= 0) || !double.IsFinite(rate)))
            throw new ArgumentOutOfRangeException(nameof(options), rate, "The learning rate must be a finite number of 0 or more.");
        if (!Enum.IsDefined(options.BestWeights))
            throw new ArgumentOutOfRangeException(nameof(options), options.BestWeights, "Unknown BestWeights; use None, ByAccuracy or ByLoss.");
        if (options.Patience is < 1) throw new ArgumentOutOfRangeException(nameof(options), options.Patience, "Patience must be 1 epoch or more, or null to never stop early.");
        if ((options.Patience is not null || options.RestoreBestWeights) && options.BestWeights == BestWeights.None)
            throw new ArgumentException("Patience and RestoreBestWeights need to know what is best: set BestWeights.", nameof(options));
        if (options.Metrics.Select(m => m.Name).Distinct().Count() != options.Metrics.Count)
            throw new ArgumentException("Two metrics have one name: give each its own.", nameof(options));
        if (options.CheckpointInterval < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(
                nameof(options), options.CheckpointInterval, "The time between checkpoints must be 0 or more, or null for none within an epoch.");
        if (options.CheckpointInterval is not null && options.CheckpointFolder is null)
            throw new ArgumentException("For checkpoints within an epoch, name the CheckpointFolder.", nameof(options));
        if (options.ChangeEpochs && !options.Resume)
            throw new ArgumentException("ChangeEpochs is for a run that resumes: set Resume too, or leave it out.", nameof(options));
        if (options.Resume && options.CheckpointFolder is null)
            throw new ArgumentException("To resume, name the CheckpointFolder.", nameof(options));
    }
}
