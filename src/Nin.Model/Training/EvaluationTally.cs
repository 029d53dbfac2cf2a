namespace Nin.Training;

/// <summary>Counts what a network says about examples, one at a time, in double precision.</summary>
sealed class EvaluationTally(int classes)
{
    readonly int[,] confusion = new int[classes, classes];
    readonly float[] first = new float[classes];
    readonly bool[] varies = new bool[classes];
    double lossSum;
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

        double sum = 0;
        foreach (float z in logits) sum += Math.Exp((double)z - logits[predicted]);
        lossSum += Math.Log(sum) + logits[predicted] - logits[label];
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
            metrics[k] = new ClassMetrics(name, actual, Share(hits, predicted), Share(hits, actual));
        }

        int dead = count > 1 ? varies.Count(v => !v) : 0;
        return new EvaluationResult(count, lossSum / count, (double)correct / count, confusion, metrics, dead);
    }

    static double Share(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
