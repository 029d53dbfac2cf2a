using System.Runtime.InteropServices;
using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

public abstract partial class ConformanceTests<TDevice>
{
    public static TheoryData<int, int, float> Logits => new()
    {
        { 1, 1, 1 }, { 1, 10, 1 }, { 9, 2, 1 }, { 7, 10, 1 }, { 33, 10, 30 }, { 5, 17, 1000 }, { 3, 1000, 3 }, { 4, 37, 1e30f },
    };

    [DeviceTheory, MemberData(nameof(Logits))]
    public void SoftmaxCrossEntropy(int n, int classes, float scale) =>
        SoftmaxCrossEntropyAgrees(n, classes, [.. RandomData.Normal(1, n * classes).Select(v => scale * v)]);

    [DeviceTheory, InlineData(8, 10), InlineData(17, 3), InlineData(5, 40)]
    public void SoftmaxCrossEntropy_predicts_the_first_of_equal_logits(int n, int classes) =>
        SoftmaxCrossEntropyAgrees(n, classes, [.. RandomData.Normal(1, n * classes).Select(v => MathF.Round(Math.Clamp(v, -1, 1)))]);

    void SoftmaxCrossEntropyAgrees(int n, int classes, float[] logits)
    {
        // Half of the labels are the predictions, so that hits of both kinds occur.
        int[] predictions = [.. Enumerable.Range(0, n).Select(i => IndexOfFirstMaximum(logits.AsSpan(i * classes, classes)))];
        int[] labels = [.. RandomData.Labels(2, n, classes).Select((label, i) => i % 2 == 0 ? predictions[i] : label)];
        Operand z = In(logits), ids = In(MemoryMarshal.Cast<int, float>(labels).ToArray());
        Operand losses = Out(n), hits = Out(n), dz = Out(n * classes), inPlace = Over(logits);
        var op = Op<ISoftmaxCrossEntropy>();
        op.Run(Stream, classes, n, z, ids, 1f / n, losses, hits, dz);

        Oracle want = ReferenceSoftmaxCrossEntropy.Losses(classes, logits.Widen(), labels);
        Comparison.Agree(losses.Read(), want, "losses");
        Comparison.Agree(dz.Read(), ReferenceSoftmaxCrossEntropy.Backward(classes, logits.Widen(), labels), "gradient");
        hits.Read().Should().Equal(labels.Zip(predictions, (label, prediction) => label == prediction ? 1f : 0f));

        op.Run(Stream, classes, n, inPlace, ids, 1f / n, Out(n), Out(n), inPlace);
        inPlace.Read().Should().Equal(dz.Read());
        Operand alone = Out(n), aloneHits = Out(n);
        op.Run(Stream, classes, n, z, ids, 1f / n, alone, aloneHits, default);
        alone.Read().Should().Equal(losses.Read());
        aloneHits.Read().Should().Equal(hits.Read());
    }

    [DeviceTheory, InlineData(0, false, false), InlineData(0.1, false, true), InlineData(0, true, true), InlineData(0.3, true, false), InlineData(1, true, true)]
    public void SoftmaxCrossEntropy_with_smoothing_weights_and_an_ignored_label(double smoothing, bool weighted, bool ignores)
    {
        const int N = 23, Classes = 7, Ignored = -100;
        float[] logits = RandomData.Normal(3, N * Classes), weights = [0.5f, 2, 0, 1, 3, 0.25f, 1.5f];
        int[] labels = [.. RandomData.Labels(4, N, Classes).Select((label, i) => ignores && i % 5 == 1 ? Ignored : label)];
        double[]? w = weighted ? weights.Widen() : null;
        double kept = labels.Where(l => l != Ignored).Sum(l => w?[l] ?? 1);
        Operand losses = Out(N), hits = Out(N), dz = Out(N * Classes);
        Op<ISoftmaxCrossEntropy>().Run(
            Stream, Classes, N, In(logits), In(MemoryMarshal.Cast<int, float>(labels).ToArray()), 1 / (float)kept, losses, hits, dz, (float)smoothing,
            Ignored, weighted ? In(weights) : default(DeviceView));
        Comparison.Agree(losses.Read(), ReferenceSoftmaxCrossEntropy.Losses(Classes, logits.Widen(), labels, smoothing, Ignored, w), "losses");
        Comparison.Agree(dz.Read(), ReferenceSoftmaxCrossEntropy.Backward(Classes, logits.Widen(), labels, smoothing, Ignored, w), "gradient");
        int[] predictions = [.. Enumerable.Range(0, N).Select(i => IndexOfFirstMaximum(logits.AsSpan(i * Classes, Classes)))];
        hits.Read().Should().Equal(labels.Zip(predictions, (label, prediction) => label == prediction ? 1f : 0f));
    }

    [DeviceTheory, InlineData(4), InlineData(20), InlineData(60)]
    public void The_loss_of_a_sure_and_right_prediction_keeps_its_digits(float logit)
    {
        Operand losses = Out(1), hits = Out(1), dz = Out(3);
        Op<ISoftmaxCrossEntropy>().Run(Stream, 3, 1, In([logit, 0, 0]), In([0]), 1, losses, hits, dz);
        double others = 2 * Math.Exp(-logit), want = others < 1e-8 ? others : Math.Log(1 + others);
        (losses.Read()[0] / want).Should().BeApproximately(1, 1e-5);
        (dz.Read()[0] / (-others / (1 + others))).Should().BeApproximately(1, 1e-5);
        (dz.Read()[1] / (others / 2 / (1 + others))).Should().BeApproximately(1, 1e-5);
    }

    public static TheoryData<string, float> Targets => new()
    {
        { "mse", 1 }, { "mse", 100 }, { "bce", 1 }, { "bce", 30 }, { "soft", 1 }, { "soft", 30 },
    };

    [DeviceTheory, MemberData(nameof(Targets))]
    public void A_loss_of_targets_agrees_with_the_formula(string kind, float scale)
    {
        const int N = 9, Length = 13;
        float[] y = [.. RandomData.Normal(5, N * Length).Select(v => v * scale)];
        float[] t = [.. RandomData.Normal(6, N * Length).Select(v => kind == "mse" ? v : Math.Clamp(MathF.Round(v), 0, 1))];
        TargetLoss loss = kind switch { "mse" => new MeanSquaredErrorLoss(), "bce" => new BinaryCrossEntropyLoss(), _ => new SoftCrossEntropyLoss() };
        Operand losses = Out(N), hits = Out(N), dy = Out(N * Length), inPlace = Over(y), aloneHits = Out(N), alone = Out(N), target = In(t);
        var pass = new Pass(Stream, N);
        loss.RunCore(pass, new TargetLossOperands(Length, In(y), target, losses, hits, dy));
        loss.RunCore(pass, new TargetLossOperands(Length, inPlace, target, Out(N), Out(N), inPlace));
        loss.RunCore(pass, new TargetLossOperands(Length, In(y), target, alone, aloneHits, default));
        float[] got = losses.Read(), gradient = dy.Read(), hit = hits.Read();
        for (int i = 0; i < N; i++)
        {
            var (value, slope, isHit) = ByFormula(kind, y.Widen().AsSpan(i * Length, Length), t.Widen().AsSpan(i * Length, Length));
            got[i].Should().BeApproximately((float)value, (float)(2e-6 * (1 + Math.Abs(value))));
            hit[i].Should().Be(isHit ? 1 : 0);
            for (int k = 0; k < Length; k++) ((double)gradient[i * Length + k]).Should().BeApproximately(slope[k] / N, 2e-6 * scale / N, "{0} of {1}", k, i);
        }

        inPlace.Read().Should().Equal(gradient);
        alone.Read().Should().Equal(got);
        aloneHits.Read().Should().Equal(hit);
    }

    /// <summary>The definitions, with nothing done for precision but double numbers.</summary>
    static (double Value, double[] Slope, bool IsHit) ByFormula(string kind, ReadOnlySpan<double> y, ReadOnlySpan<double> t)
    {
        double value = 0, total = 0, most = y[0], sum = 0;
        foreach (double v in y) most = Math.Max(most, v);
        foreach (double v in y) sum += Math.Exp(v - most);
        foreach (double v in t) total += v;
        var slope = new double[y.Length];
        bool allRight = true;
        for (int i = 0; i < y.Length; i++)
        {
            double p = 1 / (1 + Math.Exp(-y[i])), softmax = Math.Exp(y[i] - most) / sum;
            (double term, slope[i]) = kind switch
            {
                "mse" => ((y[i] - t[i]) * (y[i] - t[i]) / y.Length, 2 * (y[i] - t[i]) / y.Length),
                "bce" => ((t[i] * Math.Log(1 + Math.Exp(-y[i])) + (1 - t[i]) * Math.Log(1 + Math.Exp(y[i]))) / y.Length, (p - t[i]) / y.Length),
                _ => (-t[i] * (y[i] - most - Math.Log(sum)), total * softmax - t[i]),
            };
            value += term;
            allRight &= (y[i] > 0) == (t[i] > 0.5);
        }

        bool isHit = kind switch { "mse" => false, "bce" => allRight, _ => First(y) == First(t) };
        return (value, slope, isHit);

        static int First(ReadOnlySpan<double> v)
        {
            int first = 0;
            for (int i = 1; i < v.Length; i++) first = v[i] > v[first] ? i : first;
            return first;
        }
    }

    static int IndexOfFirstMaximum(ReadOnlySpan<float> values)
    {
        int index = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[index]) index = i;
        }

        return index;
    }
}
