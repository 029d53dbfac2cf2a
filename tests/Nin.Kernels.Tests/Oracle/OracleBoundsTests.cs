using Nin.TestKit;

namespace Nin.Kernels.Tests;

/// <summary>
/// The bounds hold for plain float arithmetic, term after term in one accumulator, and are near enough to its error that a lost
/// term shows.
/// </summary>
public class OracleBoundsTests
{
    const float Epsilon = 1e-5f;

    public static TheoryData<Norm2dCase> Norms => new(Norm2dCases.All);

    [Theory, MemberData(nameof(Norms))]
    public void BatchNorm2dInFloats(Norm2dCase s)
    {
        // A mean of several deviations, where the subtraction costs digits.
        float[] x = Array.ConvertAll(RandomData.Normal(1, s.Length), v => v + 5), dy = RandomData.Normal(2, s.Length);
        float[] gamma = RandomData.Normal(3, s.Channels), beta = RandomData.Normal(4, s.Channels);
        float[] y = new float[s.Length], dx = new float[s.Length], dGamma = new float[s.Channels], runningVar = new float[s.Channels];
        for (int c = 0; c < s.Channels; c++)
        {
            int[] channel = [.. Enumerable.Range(0, s.Length).Where(i => i / s.Plane % s.Channels == c)];
            float mean = Sum(channel, i => x[i]) / s.Count;
            float variance = Sum(channel, i => (x[i] - mean) * (x[i] - mean)) / s.Count;
            float inverse = 1 / MathF.Sqrt(variance + Epsilon);
            dGamma[c] = Sum(channel, i => dy[i] * ((x[i] - mean) * inverse));
            float dMean = Sum(channel, i => dy[i]) / s.Count;
            runningVar[c] = 0.9f * 2 + 0.1f * (variance * s.Count / (s.Count - 1));
            foreach (int i in channel)
            {
                float normalised = (x[i] - mean) * inverse;
                y[i] = gamma[c] * normalised + beta[c];
                dx[i] = gamma[c] * inverse * (dy[i] - dMean - normalised * (dGamma[c] / s.Count));
            }
        }

        double[] xWide = x.Widen(), dyWide = dy.Widen(), gammaWide = gamma.Widen(), two = [.. Enumerable.Repeat(2.0, s.Channels)];
        Comparison.Agree(y, ReferenceBatchNorm2d.ForwardTraining(s, xWide, gammaWide, beta.Widen(), Epsilon), "y");
        Comparison.Agree(runningVar, ReferenceBatchNorm2d.RunningVar(s, xWide, two), "running_var");
        Comparison.Agree(dGamma, ReferenceBatchNorm2d.BackwardGamma(s, xWide, dyWide, Epsilon), "dgamma");
        Comparison.Agree(dx, ReferenceBatchNorm2d.BackwardData(s, xWide, gammaWide, dyWide, Epsilon), "dx");
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(10, 1)]
    [InlineData(10, 30)]
    [InlineData(1000, 10)]
    public void SoftmaxCrossEntropyInFloats(int classes, float scale)
    {
        int rows = classes > 100 ? 5 : 50;
        float[] logits = Array.ConvertAll(RandomData.Normal(1, rows * classes), v => scale * v);
        int[] labels = RandomData.Labels(2, rows, classes);
        float[] losses = new float[rows], gradient = new float[rows * classes];
        for (int row = 0; row < rows; row++)
        {
            float[] z = logits[(row * classes)..((row + 1) * classes)];
            float max = z.Max();
            float sum = Sum([.. Enumerable.Range(0, classes)], c => MathF.Exp(z[c] - max));
            losses[row] = MathF.Log(sum) - (z[labels[row]] - max);
            for (int c = 0; c < classes; c++)
            {
                gradient[row * classes + c] = (MathF.Exp(z[c] - max) / sum - (c == labels[row] ? 1 : 0)) / rows;
            }
        }

        double[] wide = logits.Widen();
        Comparison.Agree(losses, ReferenceSoftmaxCrossEntropy.Losses(classes, wide, labels), "losses");
        Comparison.Agree([losses.Sum() / rows], ReferenceSoftmaxCrossEntropy.Mean(classes, wide, labels), "mean");
        Comparison.Agree(gradient, ReferenceSoftmaxCrossEntropy.Backward(classes, wide, labels), "gradient");
    }

    [Fact]
    public void OptimizersInFloats()
    {
        const int length = 1000;
        float[] p = RandomData.Normal(1, length), g = RandomData.Normal(2, length), b = RandomData.Normal(3, length);
        float[] v = RandomData.Uniform(4, length, 0, 1), sgd = new float[length], adam = new float[length];
        for (int i = 0; i < length; i++)
        {
            float d = g[i] + 0.1f * p[i], buffer = 0.9f * b[i] + d;
            sgd[i] = p[i] - 0.05f * (d + 0.9f * buffer);
            float m = 0.9f * b[i] + 0.1f * d, square = 0.999f * v[i] + 0.001f * d * d;
            float rate = (float)(0.05f / (1 - Math.Pow(0.9f, 7))), root = MathF.Sqrt(square) / (float)Math.Sqrt(1 - Math.Pow(0.999f, 7));
            adam[i] = p[i] - rate * m / (root + 1e-8f);
        }

        Comparison.Agree(sgd, new ReferenceSgd(0.05f, 0.9f, Nesterov: true, WeightDecay: 0.1f)
            .Step(2, p.Widen(), g.Widen(), b.Widen()), "sgd");
        Comparison.Agree(adam, new ReferenceAdam(0.05f, 0.9f, 0.999f, WeightDecay: 0.1f)
            .Step(7, p.Widen(), g.Widen(), b.Widen(), v.Widen()), "adam");
    }

    [Fact]
    public void ALostTapOfAConvolutionShows()
    {
        var s = new Conv2dCase(1, 96, 6, 5, 4, 5, Padding: 2);
        double[] x = RandomData.Normal(1, s.InputLength).Widen(), w = RandomData.Normal(2, s.WeightLength).Widen();
        Oracle want = ReferenceConv2d.Forward(s, x, w);
        Comparison.Agree(Array.ConvertAll(want.Value, v => (float)v), want);

        w[12] += 0.1;
        float[] got = Array.ConvertAll(ReferenceConv2d.Forward(s, x, w).Value, v => (float)v);

        FluentActions.Invoking(() => Comparison.Agree(got, want)).Should().Throw<InvalidOperationException>();
    }

    static float Sum(int[] indices, Func<int, float> term)
    {
        float sum = 0;
        foreach (int i in indices)
        {
            sum += term(i);
        }

        return sum;
    }
}
