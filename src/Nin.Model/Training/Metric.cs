namespace Nin.Training;

/// <summary>A number that measures a network's predictions on a data set. Metrics can be written outside the library; one evaluation at a time uses a metric.</summary>
public abstract class Metric
{
    /// <summary>Its name in <see cref="EvaluationResult.Metrics"/>.</summary>
    public abstract string Name { get; }

    /// <summary>Begins an evaluation.</summary>
    /// <param name="classes">Logits of an example.</param>
    public abstract void Begin(int classes);

    /// <summary>Takes an example.</summary>
    /// <param name="logits">One per class.</param>
    /// <param name="label">The right class, from 0.</param>
    public abstract void Add(ReadOnlySpan<float> logits, int label);

    /// <summary>The number, after all examples.</summary>
    public abstract double Value();
}

/// <summary>The share of examples whose label is among the k largest logits; of equal ones the first classes are the larger.</summary>
public sealed class TopKAccuracy : Metric
{
    readonly int k;
    long hits, count;

    /// <param name="k">Guesses, 1 or more; 1 is plain accuracy.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no guess.</exception>
    public TopKAccuracy(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        this.k = k;
    }

    /// <inheritdoc/>
    public override string Name => k == 1 ? "accuracy" : FormattableString.Invariant($"top{k}Accuracy");

    /// <inheritdoc/>
    public override void Begin(int classes) => (hits, count) = (0, 0);

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<float> logits, int label)
    {
        int before = 0;
        for (int c = 0; c < logits.Length; c++)
        {
            if (logits[c] > logits[label] || (logits[c] == logits[label] && c < label)) before++;
        }

        // A logit that is NaN is not a guess.
        if (before < k && !float.IsNaN(logits[label])) hits++;
        count++;
    }

    /// <inheritdoc/>
    public override double Value() => count == 0 ? 0 : (double)hits / count;
}

/// <summary>
/// The mean over all classes of F1, <c>2 right / (predicted + actual)</c>: a class that is neither predicted nor present counts 0, as in scikit-learn's
/// <c>f1_score(average="macro")</c> over all labels.
/// </summary>
public sealed class MacroF1 : Metric
{
    long[] right = [], predicted = [], actual = [];

    /// <inheritdoc/>
    public override string Name => "macroF1";

    /// <inheritdoc/>
    public override void Begin(int classes) => (right, predicted, actual) = (new long[classes], new long[classes], new long[classes]);

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<float> logits, int label)
    {
        int largest = 0;
        for (int c = 1; c < logits.Length; c++)
        {
            if (logits[c] > logits[largest]) largest = c;
        }

        predicted[largest]++;
        actual[label]++;
        if (largest == label) right[label]++;
    }

    /// <inheritdoc/>
    public override double Value()
    {
        double sum = 0;
        for (int c = 0; c < right.Length; c++) sum += predicted[c] + actual[c] == 0 ? 0 : 2.0 * right[c] / (predicted[c] + actual[c]);
        return right.Length == 0 ? 0 : sum / right.Length;
    }
}
