namespace Nin.Cuda.Tests.Instructions;

/// <summary>The hardware's approximations: within the bounds that PTX documents, and not better than them.</summary>
public sealed class SpecialFunctionTests
{
    static readonly float[] Arguments = [.. Fragment.Lane.Select(l => (l + 1) * 0.0931f)];

    [Theory]
    [InlineData("ex2", -22.5)]
    [InlineData("lg2", -22.0)]
    [InlineData("rcp", -23.0)]
    [InlineData("rsqrt", -22.9)]
    [InlineData("tanh", -11.0)]
    [InlineData("sin", -20.5)]
    [InlineData("cos", -20.5)]
    public void An_approximation_uses_the_error_that_it_may_have(string function, double log2Bound)
    {
        Func<double, double> of = function switch
        {
            "ex2" => x => Math.Pow(2, x),
            "lg2" => Math.Log2,
            "rcp" => x => 1 / x,
            "rsqrt" => x => 1 / Math.Sqrt(x),
            "tanh" => Math.Tanh,
            "sin" => Math.Sin,
            _ => Math.Cos,
        };
        float[] got = Fragment.Run<float>($"{function}.approx.f32 %d, %a;", Arguments);
        bool isAbsolute(double x) => function is "sin" or "cos" || (function == "lg2" && x is > 0.5 and < 2);
        double[] errors = [.. Arguments.Select((x, l) => Math.Abs(got[l] - of(x)) / (isAbsolute(x) ? 1 : Math.Abs(of(x))))];
        double bound = Math.Pow(2, log2Bound), rounding = Math.Pow(2, -24);
        errors.Max().Should().BeInRange(bound / 4, bound + rounding);
    }

    [Fact]
    public void Limits_are_exact()
    {
        Fragment.Run<float>("ex2.approx.f32 %d, %a;", Fragment.All(float.NegativeInfinity)).Should().OnlyContain(x => x == 0);
        Fragment.Run<float>("lg2.approx.f32 %d, %a;", Fragment.All(0f)).Should().OnlyContain(x => float.IsNegativeInfinity(x));
        Fragment.Run<float>("lg2.approx.f32 %d, %a;", Fragment.All(-1f)).Should().OnlyContain(x => float.IsNaN(x));
        Fragment.Run<float>("rcp.approx.f32 %d, %a;", Fragment.All(0f)).Should().OnlyContain(x => float.IsPositiveInfinity(x));
    }
}
