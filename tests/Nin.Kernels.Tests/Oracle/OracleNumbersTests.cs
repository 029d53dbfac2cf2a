using Nin.TestKit;

namespace Nin.Kernels.Tests;

/// <summary>The oracle's forward results against numbers worked out by hand or printed in PyTorch's and ONNX's own suites.</summary>
public class OracleNumbersTests
{
    static readonly double[] Logits = [2, 1, 0, 0, 3, 1, 1, 1, 1];
    static readonly int[] Labels = [0, 2, 1];

    [Theory]
    [InlineData(224, 11, 4, 0, 1, 54)]
    [InlineData(54, 3, 2, 0, 1, 26)]
    [InlineData(26, 3, 2, 0, 1, 12)]
    [InlineData(28, 5, 1, 2, 1, 28)]
    [InlineData(16, 3, 2, 1, 2, 7)]
    public void ConvolutionSizes(int n, int k, int s, int p, int d, int want) =>
        new Conv2dCase(1, 1, n, n, 1, k, s, p, d).OutWidth.Should().Be(want);

    [Theory]
    [InlineData(6, 3, 2, 1, 1, 3, 4)]
    [InlineData(6, 3, 2, 0, 1, 2, 3)]
    [InlineData(5, 2, 2, 1, 1, 3, 3)]
    [InlineData(4, 2, 3, 1, 1, 2, 2)]
    [InlineData(1, 2, 2, 1, 1, 1, 1)]
    [InlineData(2, 1, 2, 0, 1, 1, 1)]
    [InlineData(16, 3, 2, 1, 2, 7, 8)]
    [InlineData(54, 3, 2, 0, 1, 26, 27)]
    [InlineData(32, 3, 2, 0, 1, 15, 16)]
    public void PoolingSizes(int n, int k, int s, int p, int d, int floor, int ceil)
    {
        var pool = new Pool2dCase(1, 1, n, n, k, s, p, d);

        pool.OutHeight.Should().Be(floor);
        (pool with { Ceil = true }).OutHeight.Should().Be(ceil);
    }

    [Fact]
    public void ConvolutionDoesNotFlipItsKernel() =>
        ReferenceConv2d.Forward(new(1, 1, 1, 3, 1, 1), [1, 2, 3], [2], [10]).Value.Concat(
            ReferenceConv2d.Forward(new(1, 1, 2, 2, 1, 2), [1, 2, 3, 4], [1, 10, 100, 1000]).Value)
            .Should().Equal(12, 14, 16, 4321);

    [Fact]
    public void ConvolutionOfOnesCountsTheTapsInsideTheImage() =>
        ReferenceConv2d.Forward(new(1, 1, 3, 4, 1, 3, Padding: 1), Ones(12), Ones(9)).Value
            .Should().Equal(4, 6, 6, 4, 6, 9, 9, 6, 4, 6, 6, 4);

    [Fact]
    public void GroupsSeeOnlyTheirOwnChannels() =>
        ReferenceConv2d.Forward(new(1, 2, 1, 2, 4, 1, Groups: 2), [1, 2, 10, 20], [1, 2, 3, 4]).Value
            .Should().Equal(1, 2, 2, 4, 30, 60, 40, 80);

    [Theory, MemberData(nameof(Conv2dCases.SmallRows), MemberType = typeof(Conv2dCases))]
    public void ConvolutionIsTheSumOverItsWindow(Conv2dCase s)
    {
        double[] x = RandomData.Normal(1, s.InputLength).Widen(), w = RandomData.Normal(2, s.WeightLength).Widen();
        double[] y = ReferenceConv2d.Forward(s, x, w).Value;

        for (int i = 0; i < y.Length; i++)
        {
            int ow = i % s.OutWidth, oh = i / s.OutWidth % s.OutHeight, f = i / s.OutWidth / s.OutHeight % s.Filters;
            int n = i / s.OutWidth / s.OutHeight / s.Filters;
            double sum = 0;
            for (int j = 0; j < s.GroupChannels * s.Kernel * s.Kernel; j++)
            {
                int c = f / (s.Filters / s.Groups) * (s.Channels / s.Groups) + j / s.Kernel / s.Kernel;
                int h = oh * s.Stride - s.Padding + j / s.Kernel % s.Kernel * s.Dilation;
                int v = ow * s.Stride - s.Padding + j % s.Kernel * s.Dilation;
                bool inside = h >= 0 && h < s.Height && v >= 0 && v < s.Width;
                sum += inside ? w[f * s.GroupChannels * s.Kernel * s.Kernel + j] * x[((n * s.Channels + c) * s.Height + h) * s.Width + v] : 0;
            }

            y[i].Should().BeApproximately(sum, 1e-11);
        }
    }

    [Fact]
    public void PixelsThatNoWindowReadsHaveNoGradient()
    {
        var s = new Conv2dCase(1, 1, 4, 6, 1, 3, Stride: 2);

        double[] dx = ReferenceConv2d.BackwardData(s, Ones(9), Ones(2)).Value;

        dx.Should().Equal(1, 1, 2, 1, 1, 0, 1, 1, 2, 1, 1, 0, 1, 1, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0);
    }

    [Fact]
    public void MaxPoolTakesTheFirstOfEqualsAndTheLastNaN()
    {
        var s = new Pool2dCase(1, 1, 2, 3, 2);

        ReferenceMaxPool2d.Indices(s, [5, 5, 5, 5, 5, 5]).Should().Equal(0, 1);
        ReferenceMaxPool2d.Indices(s, [double.NaN, 5, 1, double.NaN, 5, 9]).Should().Equal(3, 5);
        ReferenceMaxPool2d.Forward(s, [double.NaN, 5, 1, 7, 5, 9]).Value.Should().Equal(double.NaN, 9);
    }

    [Fact]
    public void MaxPoolReadsEveryDilationthPixel() =>
        ReferenceMaxPool2d.Forward(new(1, 1, 3, 4, 2, Dilation: 2), [1, 9, 2, 9, 9, 9, 9, 9, 3, 9, 4, 8]).Value.Should().Equal(4, 9);

    [Fact]
    public void PaddingIsNeverTheMaximum() =>
        ReferenceMaxPool2d.Forward(new(1, 1, 2, 2, 3, 2, 1), [-4, -3, -2, -1]).Value.Should().Equal(-1);

    [Fact]
    public void OverlappingMaximaAddTheirGradients() =>
        ReferenceMaxPool2d.Backward(new(1, 1, 3, 3, 2), [0, 0, 0, 0, 9, 0, 0, 0, 0], [1, 2, 3, 4]).Value
            .Should().Equal(0, 0, 0, 0, 10, 0, 0, 0, 0);

    [Fact]
    public void AverageNeverCountsTheOverhangBeyondThePadding()
    {
        var s = new Pool2dCase(1, 1, 6, 6, 3, 2, 1, Ceil: true);
        double[] x = [.. Enumerable.Range(0, 36).Select(v => (double)v)];

        double[] y = ReferenceAvgPool2d.Forward(s, x).Value;

        y.Should().HaveCount(16);
        y[^1].Should().Be(8.75);
        ReferenceAvgPool2d.Forward(s with { CountIncludePad = false }, x).Value[^1].Should().Be(35);
        y[0].Should().BeApproximately((0 + 1 + 6 + 7) / 9.0, 1e-15);
    }

    [Fact]
    public void BatchNormStoresTheUnbiasedVariance()
    {
        var s = new Norm2dCase(2, 1, 1, 2);
        double[] x = [1, 2, 3, 6];

        ReferenceBatchNorm2d.RunningMean(s, x, [0]).Value[0].Should().BeApproximately(0.3, 1e-15);
        ReferenceBatchNorm2d.RunningVar(s, x, [1]).Value[0].Should().BeApproximately(0.9 + 0.1 * 14 / 3, 1e-15);
        double[] y = ReferenceBatchNorm2d.ForwardTraining(s, x, [2], [5], eps: 0.5).Value;
        y.Should().Equal([-2, -1, 0, 3], (got, deviation) => Math.Abs(got - (2 * deviation / 2 + 5)) < 1e-15);
        ReferenceBatchNorm2d.ForwardInference(s, x, [2], [5], [1], [3.5], eps: 0.5).Value.Should().Equal(5, 6, 7, 10);
    }

    [Fact]
    public void LinearMultipliesByTheTransposedWeights() =>
        ReferenceLinear.Forward(new(2, 2, 3), [1, 2, 3, 4], [1, 0, 0, 1, 1, 1], [0, 0, 10]).Value.Should().Equal(1, 2, 13, 3, 4, 17);

    [Fact]
    public void ConcatJoinsChannelsImageByImage() =>
        ReferenceConcat.Forward(2, 2, [1, 2, 3, 4], [5, 6, 7, 8, 9, 10, 11, 12]).Value
            .Should().Equal(1, 2, 5, 6, 7, 8, 3, 4, 9, 10, 11, 12);

    [Fact]
    public void DropoutScalesWhatItKeeps()
    {
        ReferenceDropout.Forward([1, 2, 3], [true, false, true], 0.5).Value.Should().Equal(2, 0, 6);
        ReferenceDropout.Forward([1, 2, 3], [true, true, true], 1).Value.Should().Equal(0, 0, 0);
    }

    [Fact]
    public void ReluKeepsNaNAndHasNoGradientAtZero()
    {
        ReferenceRelu.Forward([-1, 0, 2, double.NaN]).Value.Should().Equal(0, 0, 2, double.NaN);
        ReferenceRelu.Backward([0, 0, 2], [5, 6, 7]).Value.Should().Equal(0, 0, 7);
        ReferenceLeakyRelu.Forward([-2, 3], 0.5).Value.Should().Equal(-1, 3);
    }

    [Theory]
    [InlineData(0, -100, new[] { 0.407606, 2.169846, 1.098612 }, 1.225355)]
    [InlineData(0.1, -100, new[] { 0.507606, 2.136513, 1.098612 }, 1.247577)]
    [InlineData(0, 2, new[] { 0.407606, 0, 1.098612 }, 0.753109)]
    public void CrossEntropy(double smoothing, int ignoreIndex, double[] losses, double mean)
    {
        Oracle rows = ReferenceSoftmaxCrossEntropy.Losses(3, Logits, Labels, smoothing, ignoreIndex);

        rows.Value.Should().Equal(losses, Near);
        ReferenceSoftmaxCrossEntropy.Mean(3, Logits, Labels, smoothing, ignoreIndex).Value[0].Should().BeApproximately(mean, 1e-6);
    }

    [Theory]
    [InlineData(0, new[] { -.111586, .081576, .030010, .014003, .281265, -.295268, .111111, -.222222, .111111 })]
    [InlineData(0.1, new[] { -.089364, .070465, .018899, .002892, .270154, -.273046, .1, -.2, .1 })]
    public void CrossEntropyGradient(double smoothing, double[] want) =>
        ReferenceSoftmaxCrossEntropy.Backward(3, Logits, Labels, smoothing).Value.Should().Equal(want, Near);

    [Fact]
    public void IgnoredRowsHaveNoGradientAndDoNotCount()
    {
        double[] d = ReferenceSoftmaxCrossEntropy.Backward(3, Logits, Labels, ignoreIndex: 2).Value;

        d[3..6].Should().Equal(0, 0, 0);
        d[..3].Should().Equal([-.167380, .122364, .045015], Near);
        ReferenceSoftmaxCrossEntropy.Mean(3, Logits, [7, 7, 7], ignoreIndex: 7).Value[0].Should().Be(double.NaN);
    }

    static bool Near(double got, double want) => Math.Abs(got - want) <= 1e-6;

    static double[] Ones(int length) => [.. Enumerable.Repeat(1.0, length)];
}
