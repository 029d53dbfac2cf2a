using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Nin.Checkpoints;
using Nin.Data;

namespace Nin.Training;

/// <summary>The memory of one run of <see cref="Trainer"/>: a session that trains, and tests between the epochs.</summary>
sealed class TrainingRun : IDisposable
{
    const double DefaultLearningRate = 0.05;

    readonly INetwork network;
    readonly TrainingData data;
    readonly TrainerOptions options;
    readonly IProgress<TrainingProgress>? progress;
    readonly ILogger logger;
    readonly DataLoader loader;
    readonly Optimizer optimizer;
    readonly ISession session;
    readonly InputFeed input;
    readonly Evaluator? evaluator, validator;
    readonly FrozenFeatures? features;
    readonly BestSoFar best;
    readonly TrainingMeter meter = new();
    readonly GradientGuard guard;
    readonly GradientExchange? exchange;
    readonly RunCheckpoints checkpoints;
    readonly double peak;

    // Of the epoch that is trained.
    EpochProgress begun;

    public TrainingRun(INetwork network, TrainingData data, TrainerOptions options, IProgress<TrainingProgress>? progress)
    {
        this.network = network;
        this.data = data;
        this.options = options;
        this.progress = progress;
        logger = options.Logger ?? NullLogger.Instance;
        InputData.Check(network, data.Training);
        if (data.Test is not null) InputData.Check(network, data.Test);
        if (data.Validation is not null) InputData.Check(network, data.Validation);
        best = new BestSoFar(options.BestWeights);
        loader = new DataLoader(data.Training, InputData.LoaderOptions(network, data.Normalization, options.BatchSize) with
        {
            Augmentation = data.Augmentation,
            Transforms = data.Transforms,
            Shuffle = true,
            Seed = (ulong)options.Seed,
            Prefetch = data.Prefetch,
            Workers = data.Workers,
            Part = PartOf(options),
        });
        optimizer = options.Optimizer is { } make ? make(network.Parameters) : new Sgd(network.Parameters, DefaultLearningRate, momentum: 0.9);
        optimizer.Guard = guard = new GradientGuard(network.Device);
        // Before a checkpoint brings the rate of its last step.
        peak = options.LearningRate ?? optimizer.LearningRate;
        checkpoints = new RunCheckpoints(network, optimizer, options, Describe, best, logger);
        try
        {
            options.Ranks?.BeginWork("the start of the training");
            if (options.Resume)
            {
                var state = checkpoints.Resume(loader.BatchesPerEpoch);
                (FirstEpoch, begun) = (state.Epoch, state.Begun);
            }

            if (options.Ranks is { } ranks)
            {
                RankAgreement.Check(ranks, network, Describe(), options, FirstEpoch, begun.Steps);
                if (options.SynchronizeBatchNorm) RankAgreement.RequireSynchronizable(network);
                exchange = new GradientExchange(ranks, network.Parameters, options.SynchronizeBatchNorm);
            }

            session = network.CreateSession(maxBatch: 1);
            session.ReserveTraining(loader.LargestPart);
            input = new InputFeed(network, loader);
            if (data.Augmentation == Augmentation.None && data.Transforms.Count == 0) features = FeaturesOf(data.Training);
            evaluator = EvaluatorOf(data.Test);
            validator = EvaluatorOf(data.Validation);
            checkpoints.Begin(FirstEpoch, begun.Steps);
            var architecture = network.Architecture;
            logger.Begins(architecture.Name, network.Device.Id, loader.Count, options.Epochs, loader.BatchesPerEpoch, architecture.ParameterCount);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Epochs that are done, from the checkpoint.</summary>
    public int FirstEpoch { get; }

    /// <summary>Whether <see cref="TrainerOptions.Patience"/> is over.</summary>
    public bool HasStopped => options.Patience is { } patience && best.Epoch is { } epoch && epoch.Waited >= patience;

    /// <summary>Gives the network the weights that the run ends with.</summary>
    public void End()
    {
        if (options.RestoreBestWeights) best.Restore(network);
    }

    Evaluator? EvaluatorOf(ImageDataset? images)
    {
        if (images is null) return null;
        var kept = FeaturesOf(images);
        // Steps whose values are kept infer in the memory of training.
        int batch = kept is null ? options.EvaluationBatchSize : Math.Min(options.EvaluationBatchSize, options.BatchSize);
        return new Evaluator(network, session, images, data.Normalization, batch, options.Loss, options.Metrics, exchange) { Features = kept };
    }

    FrozenFeatures? FeaturesOf(ImageDataset images) =>
        options is { Ranks: null, FrozenFeatureBytes: > 0 } && session is IFeatureSession && network.Parameters.Any(p => p.Spec.IsTrainable && !p.RequiresGradient)
            ? new FrozenFeatures(network.Device, images.Count, options.FrozenFeatureBytes)
            : null;

    long TotalSteps => (long)options.Epochs * loader.BatchesPerEpoch;

    /// <summary>
    /// Trains an epoch (the rest of one that a checkpoint has begun), tests, and keeps a checkpoint. Cancelled between two steps or in the test,
    /// it keeps one of there, and a run that resumes gives the numbers of one that was never stopped.
    /// </summary>
    public EpochMetrics Epoch(int epoch, CancellationToken cancellation)
    {
        EpochMetrics metrics;
        try
        {
            Train(epoch, cancellation);
            exchange?.Group.BeginWork("what comes before the test");
            exchange?.ShareBuffers();
            metrics = Evaluate(epoch, cancellation);
        }
        catch (OperationCanceledException e) when (cancellation.IsCancellationRequested || (exchange is not null && e.CancellationToken.IsCancellationRequested))
        {
            Keep(epoch);
            logger.IsCancelled(epoch + 1, begun.Steps);
            throw;
        }

        Tell(metrics);
        begun = default;
        Keep(epoch + 1);
        return metrics;
    }

    void Tell(EpochMetrics epoch)
    {
        logger.Ends(epoch.Epoch, options.Epochs, epoch.Loss, epoch.TrainAccuracy, epoch.ValidationAccuracy, epoch.TestAccuracy, epoch.ExamplesPerSecond);
        if (epoch.DeadClasses > 0) logger.HasDeadClasses(epoch.Epoch, epoch.DeadClasses);
        if (HasStopped && epoch.Epoch < options.Epochs) logger.StopsEarly(epoch.Epoch, options.Patience!.Value);
    }

    /// <summary>Tests, and tells of the epoch while the network has the averaged weights, where there are some: what is saved then is what was tested.</summary>
    EpochMetrics Evaluate(int epoch, CancellationToken cancellation)
    {
        using var average = optimizer.UseAverage();
        var test = evaluator?.Run(cancellation);
        var validation = validator?.Run(cancellation);
        exchange?.Group.BeginWork("what comes after an epoch");
        // Last: a cancelled epoch is evaluated anew by the run that resumes.
        bool isBest = best.IsKept && best.Offer(epoch + 1, validation!, network);
        double loss = begun.Weight > 0 ? begun.LossSum / begun.Weight : 0;
        var metrics = new EpochMetrics(
            epoch + 1, loss, (double)begun.Correct / loader.Count, test?.Loss ?? double.NaN, test?.Accuracy ?? double.NaN, loader.Count / begun.Seconds,
            (test ?? validation)?.DeadClasses ?? 0)
        {
            ValidationLoss = validation?.Loss, ValidationAccuracy = validation?.Accuracy, IsBest = isBest,
        };
        // Reported before the checkpoint: a log with a row per epoch then lacks none when the program is killed between the two.
        progress?.Report(Progress(epoch, begun.Steps, loss) with { Completed = metrics, Test = test, Validation = validation });
        return metrics;
    }

    public void Dispose()
    {
        // The constructor may stop half-way.
        options.Ranks?.EndWork();
        exchange?.Dispose();
        meter.Dispose();
        evaluator?.Dispose();
        validator?.Dispose();
        features?.Dispose();
        input?.Dispose();
        session?.Dispose();
        guard.Dispose();
        optimizer.Dispose();
    }

    DivergedException Diverged(Tensor images, ImageBatch batch, float loss, int epoch, int done)
    {
        var origin = Origin.Find(network, images, batch.Labels, options.Loss ?? new CrossEntropyLoss());
        string what = float.IsFinite(loss) ? $"The loss is {loss} and its gradient not finite" : $"The loss is {loss}";
        string kept = options.CheckpointFolder is null ? "" : " The last checkpoint is unchanged.";
        return new(
            $"{what} in epoch {epoch + 1}, step {done + 1}: training has diverged. It began in {origin.Text}.{kept} Start again with a learning rate below " +
            $"{peak:R}, or with a schedule that rises slowly (one cycle); check that the images are finite and normalised.",
            epoch + 1, done + 1, origin.Layer);
    }

    // Called for every batch: it allocates nothing.
    float Step(ImageBatch batch, double weight, int epoch, int done)
    {
        long step = (long)epoch * loader.BatchesPerEpoch + done;
        optimizer.LearningRate = peak * options.Schedule.At(step, TotalSteps);
        var images = input.On(batch);
        float loss;
        if (features is not null)
        {
            loss = ((IFeatureSession)session).TrainStep(images, batch.Labels, optimizer, options.Loss, new FeatureBatch(features, batch.Indices));
        }
        else if (exchange is null)
        {
            loss = session.TrainStep(images, batch.Labels, optimizer, options.Loss);
        }
        else
        {
            exchange.Begin(batch, loader.LargestPart, weight);
            loss = ((IRankSession)session).TrainStep(images, batch.Labels, optimizer, options.Loss, exchange);
        }

        if (!float.IsFinite(loss) || guard.HasStopped)
        {
            var diverged = Diverged(images, batch, loss, epoch, done);
            logger.Diverges(diverged);
            throw diverged;
        }

        return loss;
    }

    void Train(int epoch, CancellationToken cancellation)
    {
        var clock = options.TimeProvider;
        double secondsBefore = begun.Seconds;
        long started = clock.GetTimestamp();
        // Ranks stop together, so that none waits for another: the loader of one must not end by itself.
        foreach (var batch in GradientExchange.Watched(exchange, "a training step", input.Epoch(epoch, begun.Steps, exchange is null ? cancellation : default)))
        {
            ThrowIfCancelled(exchange, cancellation);
            double weightOfBatch = (options.Loss ?? Loss.Default).TotalWeight(batch.WholeLabels);
            float loss = Step(batch, weightOfBatch, epoch, begun.Steps);
            exchange?.Group.BeginWork("what comes after a training step");
            double lossSum = begun.LossSum + loss * weightOfBatch, weight = begun.Weight + weightOfBatch;
            double seconds = secondsBefore + clock.GetElapsedTime(started).TotalSeconds;
            meter.Step(batch.Count, seconds - begun.Seconds, loss);
            begun = new EpochProgress(begun.Steps + 1, lossSum, begun.Correct + session.LastCorrect, seconds, weight);
            progress?.Report(Progress(epoch, begun.Steps, weight > 0 ? lossSum / weight : 0));
            if (!checkpoints.IsDue) continue;
            Keep(epoch);
            (secondsBefore, started) = (seconds, clock.GetTimestamp());
        }
    }

    static BatchPart PartOf(TrainerOptions options) => options.Ranks is { } ranks ? new(ranks.Rank, ranks.Count) : BatchPart.Whole;

    /// <summary>Ends this rank's work where it is cancelled, or that of another: all call it at the same places.</summary>
    internal static void ThrowIfCancelled(GradientExchange? exchange, CancellationToken cancellation)
    {
        if (exchange is null ? cancellation.IsCancellationRequested : exchange.Any(cancellation.IsCancellationRequested))
            throw new OperationCanceledException(cancellation.IsCancellationRequested ? cancellation : new CancellationToken(canceled: true));
    }

    void Keep(int epochsDone)
    {
        if (!checkpoints.Wants(epochsDone, begun.Steps)) return;
        exchange?.Group.BeginWork("writing a checkpoint");
        checkpoints.Keep(epochsDone, begun, isWriter: exchange is null or { Group.Rank: 0 });
    }

    // As it is now: what is frozen may change, and images are hashed for a checkpoint alone.
    IReadOnlyDictionary<string, string> Describe() => RunDescription.Of(network, data, options, optimizer, peak);

    TrainingProgress Progress(int epoch, int done, double loss) =>
        new(epoch + 1, options.Epochs, done, loader.BatchesPerEpoch, loss, optimizer.LearningRate);
}
