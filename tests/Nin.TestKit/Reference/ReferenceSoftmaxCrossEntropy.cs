namespace Nin.TestKit;

/// <summary>
/// Cross entropy of the softmax of logits <c>[rows, classes]</c> against class labels, with label smoothing e, class weights w and an ignored label
/// (<c>torch.nn.functional.cross_entropy</c>, LossNLL.cpp): <c>(1 - e) w nll + (e / C) sum_c w_c nll_c</c>, over the weights w of the kept rows' labels.
/// </summary>
/// <remarks>
/// Bounds: a logit's distance from the maximum is rounded to u of itself and the exponential turns that into a relative error, so
/// an exponential is off by (1 + |z|) u and a few units in its last place, and the sum by C u more. Chain: C + 8.
/// </remarks>
public static class ReferenceSoftmaxCrossEntropy
{
    /// <summary>PyTorch's default for the label that is left out.</summary>
    public const int DefaultIgnoreIndex = -100;

    /// <summary>The loss of each row, 0 where it is ignored.</summary>
    public static Oracle Losses(int classes, double[] logits, int[] labels, double smoothing = 0, int ignoreIndex = DefaultIgnoreIndex, double[]? weights = null)
    {
        Lengths.Check(logits, classes * labels.Length);
        var losses = new double[labels.Length];
        var magnitudes = new double[labels.Length];
        for (int row = 0; row < labels.Length; row++)
        {
            if (labels[row] == ignoreIndex)
            {
                continue;
            }

            var softmax = new Row(logits.AsSpan(row * classes, classes));
            magnitudes[row] = 1 + softmax.LogSum + softmax.MeanDistance;
            for (int c = 0; c < classes; c++)
            {
                double target = Target(c, labels[row], classes, smoothing, weights);
                losses[row] += target * (softmax.LogSum - softmax.Z[c]);
                magnitudes[row] += target * Math.Abs(softmax.Z[c]);
            }
        }

        return new(losses, () => magnitudes, classes + 8);
    }

    /// <summary>The mean loss of the kept rows, as one element: NaN where all rows are ignored. Chain: rows more.</summary>
    public static Oracle Mean(int classes, double[] logits, int[] labels, double smoothing = 0, int ignoreIndex = DefaultIgnoreIndex, double[]? weights = null)
    {
        Oracle rows = Losses(classes, logits, labels, smoothing, ignoreIndex, weights);
        double kept = Kept(labels, ignoreIndex, weights);
        return new([rows.Value.Sum() / kept], () => [rows.Magnitude.Sum() / kept], rows.Chain + labels.Length);
    }

    /// <summary>The mean loss's gradient: <c>(softmax - target) / kept</c>, exactly 0 in ignored rows.</summary>
    public static Oracle Backward(int classes, double[] logits, int[] labels, double smoothing = 0, int ignoreIndex = DefaultIgnoreIndex, double[]? weights = null)
    {
        Lengths.Check(logits, classes * labels.Length);
        double kept = Kept(labels, ignoreIndex, weights);
        var gradient = new double[logits.Length];
        var magnitudes = new double[logits.Length];
        for (int i = 0; i < logits.Length; i++)
        {
            (int row, int c) = (i / classes, i % classes);
            if (labels[row] == ignoreIndex)
            {
                continue;
            }

            var softmax = new Row(logits.AsSpan(row * classes, classes));
            double target = Target(c, labels[row], classes, smoothing, weights), p = softmax.Probability(c);
            double total = Enumerable.Range(0, classes).Sum(k => Target(k, labels[row], classes, smoothing, weights));
            gradient[i] = (total * p - target) / kept;
            magnitudes[i] = (total * p * (1 + Math.Abs(softmax.Z[c]) + softmax.MeanDistance) + target) / kept;
        }

        return new(gradient, () => magnitudes, classes + 8);
    }

    /// <summary>The probabilities.</summary>
    public static Oracle Softmax(int classes, double[] logits)
    {
        var probabilities = new double[logits.Length];
        var magnitudes = new double[logits.Length];
        for (int i = 0; i < logits.Length; i++)
        {
            var softmax = new Row(logits.AsSpan(i / classes * classes, classes));
            probabilities[i] = softmax.Probability(i % classes);
            magnitudes[i] = probabilities[i] * (1 + Math.Abs(softmax.Z[i % classes]) + softmax.MeanDistance);
        }

        return new(probabilities, () => magnitudes, classes + 8);
    }

    static double Target(int c, int label, int classes, double smoothing, double[]? weights) =>
        ((c == label ? 1 - smoothing : 0) + smoothing / classes) * (weights?[c] ?? 1);

    static double Kept(int[] labels, int ignoreIndex, double[]? weights) =>
        labels.Where(label => label != ignoreIndex).Sum(label => weights?[label] ?? 1);

    /// <summary>One row: distances z from the maximum, the log of the sum of their exponentials, and the mean |z| under softmax.</summary>
    readonly struct Row
    {
        public Row(ReadOnlySpan<double> logits)
        {
            Z = logits.ToArray();
            double max = Z.Max();
            Z = Array.ConvertAll(Z, x => x - max);
            LogSum = Math.Log(Z.Sum(Math.Exp));
            for (int c = 0; c < Z.Length; c++)
            {
                MeanDistance += Probability(c) * Math.Abs(Z[c]);
            }
        }

        public double[] Z { get; }

        public double LogSum { get; }

        public double MeanDistance { get; }

        public double Probability(int c) => Math.Exp(Z[c] - LogSum);
    }
}
