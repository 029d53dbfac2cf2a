using System.Diagnostics;
using Nin.Checkpoints;
using Nin.Data;

namespace Nin.Training;

/// <summary>The memory of one run of <see cref="Trainer"/>: a session that trains, and tests between the epochs.</summary>
sealed class TrainingRun : IDisposable
{
    const double DefaultLearningRate = 0.05;

    readonly INetwork network;
    readonly TrainerOptions options;
    readonly IProgress<TrainingProgress>? progress;
    readonly DataLoader loader;
    readonly Optimizer optimizer;
    readonly ISession session;
    readonly InputFeed input;
    readonly Evaluator evaluator;
    readonly GradientGuard guard;
    readonly double peak;

    public TrainingRun(INetwork network, TrainingData data, TrainerOptions options, IProgress<TrainingProgress>? progress)
    {
        this.network = network;
        this.options = options;
        this.progress = progress;
        InputData.Check(network, data.Training);
        InputData.Check(network, data.Test);
        loader = new DataLoader(data.Training, InputData.LoaderOptions(network, data.Normalization, options.BatchSize) with
        {
            Augmentation = data.Augmentation,
            Shuffle = true,
            Seed = (ulong)options.Seed,
            Prefetch = data.Prefetch,
        });
        optimizer = options.Optimizer is { } make ? make(network.Parameters) : new Sgd(network.Parameters, DefaultLearningRate, momentum: 0.9);
        optimizer.Guard = guard = new GradientGuard(network.Device);
        // Before a checkpoint brings the rate of its last step.
        peak = options.LearningRate ?? optimizer.LearningRate;
        try
        {
            if (options.Resume) FirstEpoch = Resume();
            session = network.CreateSession(maxBatch: 1);
            session.ReserveTraining(loader.BatchSize);
            input = new InputFeed(network, loader);
            evaluator = new Evaluator(network, session, data.Test, data.Normalization, options.EvaluationBatchSize, options.Loss);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Epochs that are done, from the checkpoint.</summary>
    public int FirstEpoch { get; }

    long TotalSteps => (long)options.Epochs * loader.BatchesPerEpoch;

    /// <summary>Trains one epoch, tests, and keeps a checkpoint.</summary>
    public EpochMetrics Epoch(int epoch, CancellationToken cancellation)
    {
        double lossSum = 0;
        long correct = 0;
        int done = 0;
        var clock = Stopwatch.StartNew();
        foreach (var batch in input.Epoch(epoch, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            lossSum += Step(batch, epoch, done) * batch.Count;
            correct += session.LastCorrect;
            done++;
            long seen = Math.Min((long)done * loader.BatchSize, loader.Count);
            progress?.Report(Progress(epoch, done, lossSum / seen));
        }

        double seconds = clock.Elapsed.TotalSeconds;
        var test = evaluator.Run(cancellation);
        double loss = lossSum / loader.Count;
        var metrics = new EpochMetrics(
            epoch + 1, loss, (double)correct / loader.Count, test.Loss, test.Accuracy, loader.Count / seconds, test.DeadClasses);
        // Told before the checkpoint: whoever keeps a row an epoch has none too few when the program is killed between the two.
        progress?.Report(Progress(epoch, done, loss) with { Completed = metrics, Test = test });
        if (options.CheckpointFolder is { } folder)
            TrainingCheckpoint.Save(folder, network, optimizer, new TrainingState(epoch + 1, options.Seed) { Options = options.CheckpointOptions });
        return metrics;
    }

    public void Dispose()
    {
        // The constructor may stop half-way.
        evaluator?.Dispose();
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
    float Step(ImageBatch batch, int epoch, int done)
    {
        long step = (long)epoch * loader.BatchesPerEpoch + done;
        optimizer.LearningRate = peak * options.Schedule.At(step, TotalSteps);
        var images = input.On(batch);
        float loss = session.TrainStep(images, batch.Labels, optimizer, options.Loss);
        if (!float.IsFinite(loss) || guard.HasStopped) throw Diverged(images, batch, loss, epoch, done);
        return loss;
    }

    int Resume()
    {
        var state = TrainingCheckpoint.Load(options.CheckpointFolder!, network, optimizer);
        if (state.Seed != options.Seed)
            throw new InvalidDataException(
                $"{options.CheckpointFolder} was trained with the seed {state.Seed}, not {options.Seed}; resume with the same seed.");
        return state.Epoch;
    }

    TrainingProgress Progress(int epoch, int done, double loss) =>
        new(epoch + 1, options.Epochs, done, loader.BatchesPerEpoch, loss, optimizer.LearningRate);
}
