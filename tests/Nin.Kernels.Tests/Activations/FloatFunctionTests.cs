using Nin.Ops;
using Nin.TestKit;

namespace Nin.Kernels.Tests.Activations;

/// <summary>What <see cref="IReal{TSelf}"/> promises of its functions: two units in the last place, at every width and as a scalar.</summary>
public sealed unsafe class FloatFunctionTests
{
    const double Units = 2;

    [Fact]
    public void An_exponential_is_good_to_two_units() => Check("exp", Math.Exp, Float32.Exp, Lanes128.Exp, Lanes256.Exp, Lanes512.Exp, -110, 90);

    [Fact]
    public void A_hyperbolic_tangent_is_good_to_two_units() => Check("tanh", Math.Tanh, Float32.Tanh, Lanes128.Tanh, Lanes256.Tanh, Lanes512.Tanh, -12, 12);

    [Fact]
    public void An_error_function_is_good_to_two_units() =>
        Check("erf", ReferenceActivation.Erf, Float32.Erf, Lanes128.Erf, Lanes256.Erf, Lanes512.Erf, -5, 5);

    [Fact]
    public void Zeros_keep_their_sign_and_NaN_stays()
    {
        foreach (var function in new Func<Float32, Float32>[] { Float32.Tanh, Float32.Erf })
        {
            float.IsNegative(function(new(-0f)).Value).Should().BeTrue();
            float.IsNegative(function(new(0)).Value).Should().BeFalse();
        }

        foreach (var function in new Func<Float32, Float32>[] { Float32.Exp, Float32.Tanh, Float32.Erf })
            function(new(float.NaN)).Value.Should().Be(float.NaN);
    }

    static void Check(
        string name, Func<double, double> exact, Func<Float32, Float32> scalar, Func<Lanes128, Lanes128> at128,
        Func<Lanes256, Lanes256> at256, Func<Lanes512, Lanes512> at512, float low, float high)
    {
        // Evenly spread, and the same number spread over the exponents from 2^-30 on.
        float[] x =
        [
            .. RandomData.Uniform(1, 200_000, low, high),
            .. RandomData.Uniform(2, 200_000, -30, MathF.Log2(high)).Select((e, i) => (i % 2 == 0 ? 1 : -1) * MathF.Pow(2, e)),
        ];
        float[] one = [.. x.Select(v => scalar(new(v)).Value)];
        float[][] all = [one, Run(at128, x), Run(at256, x), Run(at512, x)];
        foreach (float[] got in all)
        {
            double worst = 0;
            for (int i = 0; i < x.Length; i++) worst = Math.Max(worst, Error(got[i], exact(x[i])));
            worst.Should().BeLessThanOrEqualTo(Units, "{0}", name);
        }
    }

    /// <summary>The error in units of the last place of the exact result; subnormal ones have the unit of the smallest normal number.</summary>
    static double Error(float got, double exact)
    {
        if (Math.Abs(exact) > float.MaxValue) return float.IsInfinity(got) ? 0 : double.PositiveInfinity;
        double unit = Math.Pow(2, Math.Max(Math.Floor(Math.Log2(Math.Abs(exact))), -126) - 23);
        return Math.Abs(got - exact) / unit;
    }

    static float[] Run<TLanes>(Func<TLanes, TLanes> function, float[] x)
        where TLanes : struct, ILanes<TLanes>
    {
        float[] y = new float[x.Length];
        fixed (float* from = x, to = y)
        {
            for (int i = 0; i < x.Length; i += TLanes.Count) function(TLanes.Load(from + i)).Store(to + i);
        }

        return y;
    }
}
