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
