using Nin.TestKit;

namespace Nin.Kernels.Tests;

/// <summary>The tools around the oracle notice what they are there to notice.</summary>
public class OracleToolsTests
{
    static readonly float Ulp = MathF.BitIncrement(1) - 1;

    [Fact]
    public void AgreementAllowsRoundingAndNoMore()
    {
        // Magnitude 2 and chain 1: the bound is a little over 3 * 2^-24 * 2, that is three units in the last place of 1.
        var want = new Oracle([1, 1], () => [2, 2], 1);

        Agreeing([1 + 3 * Ulp, 1 - 3 * Ulp], want).Should().NotThrow();
        Agreeing([1, 1 + 5 * Ulp], want).Should().Throw<InvalidOperationException>()
            .WithMessage("y[1]: got 1.0000006*, want 1, bound 3.57*; the worst of 1 among 2 elements.");
    }

    [Fact]
    public void MovedValuesMustBeExact() =>
        Agreeing([1, 2 + 2 * Ulp], Oracle.Exact([1, 2])).Should().Throw<InvalidOperationException>();

    [Fact]
    public void FollowingStepsKeepTheBounds()
    {
        var want = new Oracle([-1, 2], () => [3, 4], 5);

        Oracle relu = want.WithRelu(), sum = want.AddedTo([10, -20]);

        relu.Value.Should().Equal(0, 2);
        relu.Bound(0).Should().Be(want.Bound(0));
        sum.Value.Should().Equal(9, -18);
        sum.Magnitude.Should().Equal(13, 24);
        sum.Chain.Should().Be(6);
    }

    [Theory]
    [InlineData(float.NaN, double.NaN, true)]
    [InlineData(float.NaN, 1, false)]
    [InlineData(1, double.NaN, false)]
    [InlineData(float.PositiveInfinity, double.PositiveInfinity, true)]
    [InlineData(float.PositiveInfinity, 1e300, true)]
    [InlineData(float.NegativeInfinity, double.PositiveInfinity, false)]
    [InlineData(float.PositiveInfinity, 1, false)]
    [InlineData(1, double.NegativeInfinity, false)]
    public void NaNAndInfinityAgreeOnlyWithThemselves(float got, double want, bool agrees)
    {
        Action agree = Agreeing([got], Oracle.Rounded([want], 10));

        if (agrees)
        {
            agree.Should().NotThrow();
        }
        else
        {
            agree.Should().Throw<InvalidOperationException>();
        }
    }

    [Fact]
    public void AgreementComparesLengths() => Agreeing([1], Oracle.Exact([1, 1])).Should().Throw<InvalidOperationException>();

    [Theory]
    [InlineData(-1, "Element -1 *")]
    [InlineData(-8, "Element -8 *")]
    [InlineData(5, "Element 5 *")]
    [InlineData(12, "Element 12 *")]
    public void GuardsNoticeAWrite(int index, string message)
    {
        var buffer = new GuardedBuffer(5, guard: 8);
        buffer.Inner.Clear();
        buffer.Invoking(b => b.CheckWritten()).Should().NotThrow();

        buffer.Whole[8 + index] = float.NaN;

        buffer.Invoking(b => b.CheckGuards()).Should().Throw<InvalidOperationException>().WithMessage(message);
    }

    [Fact]
    public void BuffersNoticeAForgottenElement()
    {
        var buffer = new GuardedBuffer(5);
        buffer.Inner[..4].Fill(float.NaN);

        buffer.Invoking(b => b.CheckWritten()).Should().Throw<InvalidOperationException>().WithMessage("Element 4 of 5 *");
    }

    [Fact]
    public void GradientCheckRejectsOneWrongElement()
    {
        double[] x = RandomData.Normal(1, 100).Widen(), right = Array.ConvertAll(x, v => 2 * v);
        double[] wrong = [.. right];
        wrong[50] += 0.01;

        Checking(right).Should().NotThrow();
        Checking(wrong).Should().Throw<InvalidOperationException>();

        Action Checking(double[] gradient) => () => OracleGradient.Check(v => OracleGradient.Dot(v, v), x, gradient, seed: 2);
    }

    [Fact]
    public void LayoutsPutEveryElementInItsPlace()
    {
        const int n = 2, c = 3, h = 4, w = 5;
        int[] nchw = [.. Enumerable.Range(0, n * c * h * w)];

        int[] nhwc = Layouts.NchwToNhwc<int>(nchw, n, c, h, w);

        nhwc[((1 * h + 2) * w + 4) * c + 1].Should().Be(((1 * c + 1) * h + 2) * w + 4);
        Layouts.NhwcToNchw<int>(nhwc, n, c, h, w).Should().Equal(nchw);
    }

    [Fact]
    public void WeightLayoutsPutEveryElementInItsPlace()
    {
        const int o = 2, i = 3, kh = 4, kw = 5;
        int[] oihw = [.. Enumerable.Range(0, o * i * kh * kw)];

        int[] hwio = Layouts.OihwToHwio<int>(oihw, o, i, kh, kw);

        hwio[((2 * kw + 4) * i + 2) * o + 1].Should().Be(((1 * i + 2) * kh + 2) * kw + 4);
        Layouts.HwioToOihw<int>(hwio, o, i, kh, kw).Should().Equal(oihw);
    }

    [Fact]
    public void RandomNumbersRepeatAndHaveTheirMoments()
    {
        float[] normal = RandomData.Normal(3, 10_000), uniform = RandomData.Uniform(3, 10_000, 2, 4);

        RandomData.Normal(3, 10_000).Should().Equal(normal);
        normal.Average().Should().BeApproximately(0, 0.05f);
        normal.Average(v => v * v).Should().BeApproximately(1, 0.05f);
        uniform.Should().OnlyContain(v => v >= 2 && v <= 4);
        uniform.Average().Should().BeApproximately(3, 0.05f);
    }

    static Action Agreeing(float[] got, Oracle want) => () => Comparison.Agree(got, want, "y");
}
