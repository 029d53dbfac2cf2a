using Nin.Data;

namespace Nin.Training;

/// <summary>The learning rate range test (Smith 2017, arXiv 1506.01186): steps at a rate that rises exponentially, and their losses.</summary>
public static class LearningRateFinder
{
    /// <summary>Share of the old value in the smoothed loss.</summary>
    const double Smoothing = 0.9;

    /// <summary>The search is over where the smoothed loss is this many times the least one.</summary>
    const double Diverged = 4;

    /// <summary>
    /// Trains for some steps and puts everything back: parameters, running statistics and training steps are as they were, also where it throws.
    /// </summary>
    /// <param name="network">The network; nothing else uses it meanwhile.</param>
    /// <param name="data">Its training images; the others are not used.</param>
    /// <param name="options">Batch size, loss, seed and optimiser are read.</param>
    /// <param name="from">The first rate, above 0.</param>
    /// <param name="to">The last rate, above <paramref name="from"/>.</param>
    /// <param name="steps">Steps from the first to the last, 10 or more.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or the images do not fit the network.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    public static LearningRateSearch Run(
        INetwork network, TrainingData data, TrainerOptions options, double from = 1e-6, double to = 1, int steps = 100,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        if (!(from > 0) || !double.IsFinite(from)) throw new ArgumentOutOfRangeException(nameof(from), from, "The first rate must be a finite number above 0.");
        if (!(to > from) || !double.IsFinite(to)) throw new ArgumentOutOfRangeException(nameof(to), to, $"The last rate must be a finite number above the first, {from}.");
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 10);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        InputData.Check(network, data.Training);
        int trainingSteps = network.TrainingSteps;
        using var kept = new KeptParameters(network.Parameters);
        try
        {
            return new LearningRateSearch(Search(network, data, options, i => from * Math.Pow(to / from, (double)i / (steps - 1)), steps, cancellation));
        }
        finally
        {
            network.TrainingSteps = trainingSteps;
        }
    }

    static List<LearningRatePoint> Search(
        INetwork network, TrainingData data, TrainerOptions options, Func<int, double> rate, int steps, CancellationToken cancellation)
    {
        var loader = new DataLoader(data.Training, InputData.LoaderOptions(network, data.Normalization, options.BatchSize) with
        {
            Augmentation = data.Augmentation, Shuffle = true, Seed = (ulong)options.Seed, Prefetch = data.Prefetch,
        });
        using var optimizer = options.Optimizer is { } make ? make(network.Parameters) : new Sgd(network.Parameters, rate(0), momentum: 0.9);
        using var guard = new GradientGuard(network.Device);
        optimizer.Guard = guard;
        using var session = network.CreateSession(maxBatch: 1);
        session.ReserveTraining(loader.BatchSize);
        using var input = new InputFeed(network, loader);
        var points = new List<LearningRatePoint>();
        double average = 0, least = double.PositiveInfinity;
        for (int epoch = 0; ; epoch++)
        {
            foreach (var batch in input.Epoch(epoch, firstBatch: 0, cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
                int step = points.Count;
                optimizer.LearningRate = rate(step);
                float loss = session.TrainStep(input.On(batch), batch.Labels, optimizer, options.Loss);
                if (!float.IsFinite(loss) || guard.HasStopped) return points;
                average = Smoothing * average + (1 - Smoothing) * loss;
                double smooth = average / (1 - Math.Pow(Smoothing, step + 1));
                points.Add(new LearningRatePoint(optimizer.LearningRate, loss, smooth));
                least = Math.Min(least, smooth);
                if (points.Count == steps || smooth > Diverged * least) return points;
            }
        }
    }
}

/// <summary>A step of a learning rate range test.</summary>
/// <param name="LearningRate">Its rate.</param>
/// <param name="Loss">The loss of its batch, before the update.</param>
/// <param name="SmoothLoss">The exponential average of the losses so far.</param>
public readonly record struct LearningRatePoint(double LearningRate, double Loss, double SmoothLoss);

/// <summary>What a learning rate range test found.</summary>
/// <param name="Points">One per step, from the smallest rate on; fewer than were asked for where training diverged.</param>
public sealed record LearningRateSearch(IReadOnlyList<LearningRatePoint> Points)
{
    /// <summary>
    /// The rate where the smoothed loss falls steepest along the logarithm of the rate, measured over two steps to either side; null where it falls nowhere.
    /// </summary>
    public double? Suggested
    {
        get
        {
            const int Reach = 2;
            double steepest = 0;
            double? found = null;
            for (int i = Reach; i < Points.Count - Reach; i++)
            {
                double slope = (Points[i + Reach].SmoothLoss - Points[i - Reach].SmoothLoss) / Math.Log(Points[i + Reach].LearningRate / Points[i - Reach].LearningRate);
                if (!(slope < steepest)) continue;
                (steepest, found) = (slope, Points[i].LearningRate);
            }

            return found;
        }
    }
}
