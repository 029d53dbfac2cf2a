namespace Nin.TestKit;

/// <summary>
/// Batch normalisation over the channels of <c>[n, c, h, w]</c> (<c>torch.nn.BatchNorm2d</c>; Ioffe and Szegedy, arXiv 1502.03167):
/// <c>y = gamma (x - mean) / sqrt(var + eps) + beta</c>, with the biased variance; the unbiased one is what is stored.
/// </summary>
/// <remarks>
/// Bounds, to first order in u, for m values a channel and statistics by deviations from the mean: the mean is off by at most
/// m u mean|x|, the variance by (m + 4) u of itself, and so xhat by (m + 8) u X with <c>X = (|x| + 2 mean|x|) / sqrt(var + eps)</c>.
/// A variance as the difference of two large sums does not keep this, and should not.
/// </remarks>
public static class ReferenceBatchNorm2d
{
    /// <summary>y of a training step. Chain: m + 8, the magnitude <c>|gamma| X + |beta|</c>.</summary>
    public static Oracle ForwardTraining(Norm2dCase s, double[] x, double[] gamma, double[] beta, double eps = 1e-5)
    {
        var batch = new Statistics(s, x, eps);
        return new(
            PerElement(s, (i, c) => gamma[c] * batch.Normalised(x[i], c) + beta[c]),
            () => PerElement(s, (i, c) => Math.Abs(gamma[c]) * batch.Spread(x[i], c) + Math.Abs(beta[c])),
            s.Count + 8);
    }

    /// <summary>y from stored statistics. Chain: 8 roundings, also when they are folded into a scale and a shift.</summary>
    public static Oracle ForwardInference(
        Norm2dCase s, double[] x, double[] gamma, double[] beta, double[] runningMean, double[] runningVar, double eps = 1e-5)
    {
        Lengths.Check(x, s.Length);
        double[] scale = [.. gamma.Zip(runningVar, (g, v) => g / Math.Sqrt(v + eps))];
        return new(
            PerElement(s, (i, c) => (x[i] - runningMean[c]) * scale[c] + beta[c]),
            () => PerElement(s, (i, c) => (Math.Abs(x[i]) + Math.Abs(runningMean[c])) * Math.Abs(scale[c]) + Math.Abs(beta[c])),
            8);
    }

    /// <summary>The running mean after a step: <c>(1 - momentum) running + momentum mean</c>. Chain: m + 3.</summary>
    public static Oracle RunningMean(Norm2dCase s, double[] x, double[] runningMean, double momentum = 0.1)
    {
        var batch = new Statistics(s, x, 0);
        return new(
            Blend(runningMean, batch.Mean, momentum),
            () => Blend(Oracle.Abs(runningMean), batch.MeanAbs, momentum),
            s.Count + 3);
    }

    /// <summary>The running variance after a step, from the unbiased one. Chain: m + 8.</summary>
    /// <exception cref="ArgumentException">A channel has one value only (PyTorch refuses it too).</exception>
    public static Oracle RunningVar(Norm2dCase s, double[] x, double[] runningVar, double momentum = 0.1)
    {
        if (s.Count < 2)
        {
            throw new ArgumentException("A channel of one value has no unbiased variance.", nameof(s));
        }

        var batch = new Statistics(s, x, 0);
        double[] unbiased = Array.ConvertAll(batch.Variance, v => v * s.Count / (s.Count - 1));
        return Oracle.Rounded(Blend(runningVar, unbiased, momentum), s.Count + 8);
    }

    /// <summary>
    /// dx through the batch statistics: <c>gamma / sqrt(var + eps) (dy - mean(dy) - xhat mean(dy xhat))</c>.
    /// Chain: 4 m + 16 (xhat twice, the mean and the deviation), with X for xhat in the magnitude.
    /// </summary>
    public static Oracle BackwardData(Norm2dCase s, double[] x, double[] gamma, double[] dy, double eps = 1e-5)
    {
        var batch = new Statistics(s, x, eps);
        double[] sum = ChannelSums.Of(dy, s.Batch, s.Channels, s.Plane), product = BackwardGamma(s, x, dy, eps).Value;
        return new(
            PerElement(s, (i, c) =>
                gamma[c] * batch.InverseDeviation[c] * (dy[i] - (sum[c] + batch.Normalised(x[i], c) * product[c]) / s.Count)),
            () => Magnitude(),
            4 * s.Count + 16);

        double[] Magnitude()
        {
            double[] sumAbs = ChannelSums.Of(Oracle.Abs(dy), s.Batch, s.Channels, s.Plane);
            double[] productAbs = BackwardGamma(s, x, dy, eps).Magnitude;
            return PerElement(s, (i, c) => Math.Abs(gamma[c]) * batch.InverseDeviation[c] *
                (Math.Abs(dy[i]) + (sumAbs[c] + batch.Spread(x[i], c) * productAbs[c]) / s.Count));
        }
    }

    /// <summary>dgamma, the sum of <c>dy xhat</c>. Chain: 2 m + 10, with X for xhat in the magnitude.</summary>
    public static Oracle BackwardGamma(Norm2dCase s, double[] x, double[] dy, double eps = 1e-5)
    {
        Lengths.Check(dy, s.Length);
        var batch = new Statistics(s, x, eps);
        return new(
            ChannelSums.Of(PerElement(s, (i, c) => dy[i] * batch.Normalised(x[i], c)), s.Batch, s.Channels, s.Plane),
            () => ChannelSums.Of(PerElement(s, (i, c) => Math.Abs(dy[i]) * batch.Spread(x[i], c)), s.Batch, s.Channels, s.Plane),
            2 * s.Count + 10);
    }

    /// <summary>dbeta, the sum of dy. Chain: m.</summary>
    public static Oracle BackwardBeta(Norm2dCase s, double[] dy)
    {
        Lengths.Check(dy, s.Length);
        return new(
            ChannelSums.Of(dy, s.Batch, s.Channels, s.Plane),
            () => ChannelSums.Of(Oracle.Abs(dy), s.Batch, s.Channels, s.Plane),
            s.Count);
    }

    static double[] Blend(double[] running, double[] batch, double momentum) =>
        [.. running.Zip(batch, (r, b) => (1 - momentum) * r + momentum * b)];

    static double[] PerElement(Norm2dCase s, Func<int, int, double> value)
    {
        var y = new double[s.Length];
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = value(i, i / s.Plane % s.Channels);
        }

        return y;
    }

    /// <summary>Statistics of a batch, one per channel.</summary>
    sealed class Statistics
    {
        public Statistics(Norm2dCase s, double[] x, double eps)
        {
            Lengths.Check(x, s.Length);
            Mean = MeanOf(x);
            MeanAbs = MeanOf(Oracle.Abs(x));
            Variance = MeanOf(PerElement(s, (i, c) => (x[i] - Mean[c]) * (x[i] - Mean[c])));
            InverseDeviation = Array.ConvertAll(Variance, v => 1 / Math.Sqrt(v + eps));

            double[] MeanOf(double[] values) =>
                Array.ConvertAll(ChannelSums.Of(values, s.Batch, s.Channels, s.Plane), sum => sum / s.Count);
        }

        public double[] Mean { get; }

        public double[] MeanAbs { get; }

        public double[] Variance { get; }

        public double[] InverseDeviation { get; }

        public double Normalised(double x, int c) => (x - Mean[c]) * InverseDeviation[c];

        public double Spread(double x, int c) => (Math.Abs(x) + 2 * MeanAbs[c]) * InverseDeviation[c];
    }
}
