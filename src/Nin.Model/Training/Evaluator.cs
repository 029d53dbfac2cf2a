using Nin.Data;

namespace Nin.Training;

/// <summary>Runs inference over a data set in a session that it borrows, as often as it is asked; ranks share the work.</summary>
sealed class Evaluator : IDisposable
{
    readonly ISession session;
    readonly ImageDataset data;
    readonly InputFeed input;
    readonly InputFeed? mirrorImages;
    readonly Loss loss;
    readonly IReadOnlyList<Metric> metrics;
    readonly int classes;
    readonly float[] logits;
    readonly float[] mirrorLogits;
    readonly GradientExchange? exchange;

    public Evaluator(INetwork network, ISession session, ImageDataset data, Normalization? normalization, int batchSize, Loss? loss = null,
        IReadOnlyList<Metric>? metrics = null, GradientExchange? exchange = null, bool mirrored = false)
    {
        this.session = session;
        this.exchange = exchange;
        this.data = data;
        this.metrics = metrics ?? [];
        this.loss = loss ?? Loss.Default;
        var options = InputData.LoaderOptions(network, normalization, batchSize) with
        {
            Part = exchange is null ? BatchPart.Whole : new(exchange.Group.Rank, exchange.Group.Count),
        };
        var loader = new DataLoader(data, options);
        classes = network.Architecture.Output.Channels;
        logits = new float[loader.LargestPart * classes];
        input = new InputFeed(network, loader);
        mirrorLogits = mirrored ? new float[logits.Length] : [];
        if (mirrored) mirrorImages = new InputFeed(network, new DataLoader(data, options with { Transforms = [new HorizontalFlip(Probability: 1)] }));
    }

    /// <summary>What frozen steps gave for the images; null where nothing is kept. It is disposed with the evaluator.</summary>
    public FrozenFeatures? Features { get; init; }

    public EvaluationResult Run(CancellationToken cancellation)
    {
        var tally = new EvaluationTally(classes, loss);
        foreach (var metric in metrics) metric.Begin(classes);
        using var mirrors = mirrorImages?.Epoch(epoch: 0, firstBatch: 0, cancellation).GetEnumerator();
        foreach (var batch in GradientExchange.Watched(exchange, "a batch of the test", input.Epoch(epoch: 0, firstBatch: 0, exchange is null ? cancellation : default)))
        {
            if (exchange is not null) TrainingRun.ThrowIfCancelled(exchange, cancellation);
            var images = input.On(batch);
            var y = Features is null ? session.Forward(images) : ((IFeatureSession)session).Forward(images, new FeatureBatch(Features, batch.Indices));
            y.CopyTo(logits.AsSpan(0, batch.Count * classes), Layout.Nhwc);
            if (mirrors is not null) AverageWithNext(mirrors);
            exchange?.Group.Progressed();
            // Ranks infer a part each, and all of them count the whole, so that all decide alike.
            ReadOnlySpan<float> whole = exchange is null ? logits : exchange.Gather<float>(logits);
            exchange?.Group.BeginWork("what comes after a batch of the test");
            var labels = batch.WholeLabels;
            for (int i = 0; i < labels.Length; i++)
            {
                var one = whole.Slice(i * classes, classes);
                tally.Add(one, labels[i]);
                foreach (var metric in metrics) metric.Add(one, labels[i]);
            }
        }

        var result = tally.Result(data.ClassNames);
        return metrics.Count == 0 ? result : result with { Metrics = metrics.ToDictionary(m => m.Name, m => m.Value()) };
    }

    /// <summary>Replaces the logits by the mean of them and of those of the mirror images, whose batches are the same ones.</summary>
    void AverageWithNext(IEnumerator<ImageBatch> mirrors)
    {
        mirrors.MoveNext();
        var batch = mirrors.Current;
        var others = mirrorLogits.AsSpan(0, batch.Count * classes);
        session.Forward(mirrorImages!.On(batch)).CopyTo(others, Layout.Nhwc);
        for (int i = 0; i < others.Length; i++) logits[i] = (logits[i] + others[i]) / 2;
    }

    public void Dispose()
    {
        input.Dispose();
        mirrorImages?.Dispose();
        Features?.Dispose();
    }
}

/// <summary>The evaluation of a network on a data set.</summary>
/// <param name="Examples">Examples.</param>
/// <param name="Loss">Mean loss, computed in double precision: cross entropy unless the trainer was given another one.</param>
/// <param name="Accuracy">Share of the examples whose largest logit is the right one.</param>
/// <param name="Confusion"><c>[actual class, predicted class]</c>, counts.</param>
/// <param name="Classes">Precision and recall of each class.</param>
/// <param name="DeadClasses">
/// Classes whose logit is one and the same number for every example (0 after a ReLU that died): the network can no longer tell them, and
/// after a ReLU never learns to again. A class that is merely never predicted is not among them. Two examples or more are needed to tell.
/// </param>
public sealed record EvaluationResult(
    int Examples, double Loss, double Accuracy, int[,] Confusion, IReadOnlyList<ClassMetrics> Classes, int DeadClasses)
{
    /// <summary>What <see cref="TrainerOptions.Metrics"/>, or those that the evaluation was given, say, by name; null where there are none.</summary>
    public IReadOnlyDictionary<string, double>? Metrics { get; init; }
}

/// <summary>Accumulates the predictions of a network, one example at a time, in double precision.</summary>
sealed class EvaluationTally(int classes, Loss loss)
{
    readonly int[,] confusion = new int[classes, classes];
    readonly float[] first = new float[classes];
    readonly bool[] varies = new bool[classes];
    double lossSum, weights;
    int count;

    /// <summary>Adds an example. Of equal logits the first wins, as in training.</summary>
    public void Add(ReadOnlySpan<float> logits, int label)
    {
        if (count == 0) logits.CopyTo(first);
        int predicted = 0;
        for (int k = 0; k < logits.Length; k++)
        {
            if (logits[k] > logits[predicted]) predicted = k;
            // Not "!=": a logit that is NaN every time tells nothing either.
            varies[k] |= !logits[k].Equals(first[k]);
        }

        lossSum += loss.Example(logits, label, gradient: default);
        weights += loss.Weight(label);
        confusion[label, predicted]++;
        count++;
    }

    public EvaluationResult Result(IReadOnlyList<string> classNames)
    {
        long correct = 0;
        var metrics = new ClassMetrics[classes];
        for (int k = 0; k < classes; k++)
        {
            int actual = 0, predicted = 0;
            for (int j = 0; j < classes; j++)
            {
                actual += confusion[k, j];
                predicted += confusion[j, k];
            }

            int hits = confusion[k, k];
            correct += hits;
            string name = k < classNames.Count ? classNames[k] : $"class {k}";
            metrics[k] = new ClassMetrics(name, actual, Share(hits, predicted), Share(hits, actual)) { Predicted = predicted, IsDead = count > 1 && !varies[k] };
        }

        int dead = metrics.Count(m => m.IsDead);
        return new EvaluationResult(count, weights > 0 ? lossSum / weights : 0, (double)correct / count, confusion, metrics, dead);
    }

    static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}

/// <summary>Precision and recall of a class. A share of nothing is 0, as in scikit-learn.</summary>
/// <param name="Name">The class.</param>
/// <param name="Examples">Examples of the class.</param>
/// <param name="Precision">The share of the examples predicted as this class that are of it.</param>
/// <param name="Recall">The share of the examples of this class that were predicted as it.</param>
public readonly record struct ClassMetrics(string Name, int Examples, double Precision, double Recall)
{
    /// <summary>Examples that were predicted as this class.</summary>
    public int Predicted { get; init; }

    /// <summary>Whether it is one of <see cref="EvaluationResult.DeadClasses"/>.</summary>
    public bool IsDead { get; init; }
}
