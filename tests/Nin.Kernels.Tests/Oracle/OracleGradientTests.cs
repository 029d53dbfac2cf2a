using Nin.TestKit;

namespace Nin.Kernels.Tests;

/// <summary>The oracle's gradients against central differences: <c>loss = r . y</c> for random r.</summary>
public class OracleGradientTests
{
    public static TheoryData<Conv2dCase> Convolutions => new(Conv2dCases.Small);

    public static TheoryData<Pool2dCase> MaxPools => new(Pool2dCases.Max.Where(IsSmall).Where(ReadsEverywhere));

    public static TheoryData<Pool2dCase> AvgPools => new(
        [.. Pool2dCases.Average.Where(IsSmall), .. Pool2dCases.Average.Where(IsSmall).Select(c => c with { CountIncludePad = false })]);

    public static TheoryData<Norm2dCase> Norms => new(Norm2dCases.All);

    public static TheoryData<LinearCase> Linears => new(LinearCases.All);

    [Theory, MemberData(nameof(Convolutions))]
    public void Conv2d(Conv2dCase s)
    {
        double[] x = Random(1, s.InputLength), w = Random(2, s.WeightLength), b = Random(3, s.Filters), r = Random(4, s.OutputLength);

        OracleGradient.Check(v => Loss(r, ReferenceConv2d.Forward(s, v, w, b)), x, ReferenceConv2d.BackwardData(s, w, r).Value, 5);
        OracleGradient.Check(v => Loss(r, ReferenceConv2d.Forward(s, x, v, b)), w, ReferenceConv2d.BackwardWeights(s, x, r).Value, 6);
        OracleGradient.Check(v => Loss(r, ReferenceConv2d.Forward(s, x, w, v)), b, ReferenceConv2d.BackwardBias(s, r).Value, 7);
    }

    [Theory, MemberData(nameof(MaxPools))]
    public void MaxPool2d(Pool2dCase s)
    {
        double[] x = Random(1, s.InputLength), r = Random(2, s.OutputLength);

        OracleGradient.Check(v => Loss(r, ReferenceMaxPool2d.Forward(s, v)), x, ReferenceMaxPool2d.Backward(s, x, r).Value, 3, 1e-7);
    }

    [Theory, MemberData(nameof(AvgPools))]
    public void AvgPool2d(Pool2dCase s)
    {
        double[] x = Random(1, s.InputLength), r = Random(2, s.OutputLength);

        OracleGradient.Check(v => Loss(r, ReferenceAvgPool2d.Forward(s, v)), x, ReferenceAvgPool2d.Backward(s, r).Value, 3);
    }

    [Theory, MemberData(nameof(Norms))]
    public void GlobalAvgPool2d(Norm2dCase s)
    {
        double[] x = Random(1, s.Length), r = Random(2, s.Batch * s.Channels);

        OracleGradient.Check(v => Loss(r, ReferenceGlobalAvgPool2d.Forward(s, v)), x, ReferenceGlobalAvgPool2d.Backward(s, r).Value, 3);
    }

    [Theory, MemberData(nameof(Norms))]
    public void BatchNorm2d(Norm2dCase s)
    {
        double[] x = Random(1, s.Length), gamma = Random(2, s.Channels), beta = Random(3, s.Channels), r = Random(4, s.Length);

        // A large eps, or two values a channel are normalised to +-1 whatever they are, and the differences lose all digits.
        const double eps = 0.1;
        OracleGradient.Check(v => Loss(r, ReferenceBatchNorm2d.ForwardTraining(s, v, gamma, beta, eps)), x,
            ReferenceBatchNorm2d.BackwardData(s, x, gamma, r, eps).Value, 5);
        OracleGradient.Check(v => Loss(r, ReferenceBatchNorm2d.ForwardTraining(s, x, v, beta, eps)), gamma,
            ReferenceBatchNorm2d.BackwardGamma(s, x, r, eps).Value, 6);
        OracleGradient.Check(v => Loss(r, ReferenceBatchNorm2d.ForwardTraining(s, x, gamma, v, eps)), beta,
            ReferenceBatchNorm2d.BackwardBeta(s, r).Value, 7);
    }

    [Theory, MemberData(nameof(Linears))]
    public void Linear(LinearCase s)
    {
        double[] x = Random(1, s.Batch * s.Inputs), w = Random(2, s.Outputs * s.Inputs), b = Random(3, s.Outputs);
        double[] r = Random(4, s.Batch * s.Outputs);

        OracleGradient.Check(v => Loss(r, ReferenceLinear.Forward(s, v, w, b)), x, ReferenceLinear.BackwardData(s, w, r).Value, 5);
        OracleGradient.Check(v => Loss(r, ReferenceLinear.Forward(s, x, v, b)), w, ReferenceLinear.BackwardWeights(s, x, r).Value, 6);
        OracleGradient.Check(v => Loss(r, ReferenceLinear.Forward(s, x, w, v)), b, ReferenceLinear.BackwardBias(s, r).Value, 7);
    }

    [Fact]
    public void Elementwise()
    {
        double[] x = Random(1, 300), r = Random(2, 300);
        bool[] keep = Array.ConvertAll(Random(3, 300), v => v > 0);

        OracleGradient.Check(v => Loss(r, ReferenceRelu.Forward(v)), x, ReferenceRelu.Backward(ReferenceRelu.Forward(x).Value, r).Value, 4);
        OracleGradient.Check(v => Loss(r, ReferenceLeakyRelu.Forward(v, 0.01)), x, ReferenceLeakyRelu.Backward(x, r, 0.01).Value, 5);
        OracleGradient.Check(v => Loss(r, ReferenceDropout.Forward(v, keep, 0.3)), x, ReferenceDropout.Backward(r, keep, 0.3).Value, 6);
        OracleGradient.Check(v => Loss(r, ReferenceAdd.Forward(v, x)), x, ReferenceAdd.Backward(r).Value, 7);
    }

    [Fact]
    public void ConcatGivesEachInputItsPart()
    {
        double[] a = Random(1, 2 * 3 * 5), b = Random(2, 2 * 4 * 5), r = Random(3, 2 * 7 * 5);
        Oracle[] parts = ReferenceConcat.Backward(2, 5, [3, 4], r);

        OracleGradient.Check(v => Loss(r, ReferenceConcat.Forward(2, 5, v, b)), a, parts[0].Value, 4);
        OracleGradient.Check(v => Loss(r, ReferenceConcat.Forward(2, 5, a, v)), b, parts[1].Value, 5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void SoftmaxCrossEntropy(double smoothing)
    {
        double[] logits = Random(1, 9 * 10);
        int[] labels = RandomData.Labels(2, 9, 10);

        OracleGradient.Check(v => ReferenceSoftmaxCrossEntropy.Mean(10, v, labels, smoothing, labels[0]).Value[0], logits,
            ReferenceSoftmaxCrossEntropy.Backward(10, logits, labels, smoothing, labels[0]).Value, 3);
    }

    static bool IsSmall(Pool2dCase s) => s.Macs < 20_000;

    // The maximum of no element is -infinity, which no difference can be taken of.
    static bool ReadsEverywhere(Pool2dCase s) => !ReferenceMaxPool2d.Indices(s, new double[s.InputLength]).Contains(-1);

    static double[] Random(int seed, int length) => RandomData.Normal(seed, length).Widen();

    static double Loss(double[] r, Oracle y) => OracleGradient.Dot(r, y.Value);
}
