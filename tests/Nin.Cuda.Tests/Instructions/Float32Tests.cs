namespace Nin.Cuda.Tests.Instructions;

/// <summary>Arithmetic and comparisons of float32: one rounding to the nearest, and NaN as PTX defines it.</summary>
public sealed class Float32Tests
{
    static readonly float[] A = [.. Fragment.Lane.Select(l => l switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => -0f, 3 => 1e-40f, _ => MathF.Pow(-1.7f, l - 10) })];
    static readonly float[] B = [.. Fragment.Lane.Select(l => l switch { 4 => float.NaN, 5 => float.NegativeInfinity, 2 => 0f, _ => (l - 13) * 0.31f })];
    static readonly float[] C = [.. Fragment.Lane.Select(l => MathF.Pow(1.3f, l) - 40)];

    [Theory]
    [InlineData("add.f32")]
    [InlineData("add.rn.f32")]
    [InlineData("sub.f32")]
    [InlineData("sub.rn.f32")]
    [InlineData("mul.f32")]
    [InlineData("mul.rn.f32")]
    [InlineData("div.rn.f32")]
    [InlineData("min.f32")]
    [InlineData("max.f32")]
    public void Of_two_operands(string opcode)
    {
        Func<float, float, float> of = opcode.Split('.')[0] switch
        {
            "add" => (a, b) => a + b,
            "sub" => (a, b) => a - b,
            "mul" => (a, b) => a * b,
            "div" => (a, b) => a / b,
            "min" => float.MinNumber,
            _ => float.MaxNumber,
        };
        Same(Fragment.Run<float>($"{opcode} %d, %a, %b;", A, B), A.Zip(B, of));
    }

    [Theory]
    [InlineData("sqrt.rn.f32")]
    [InlineData("rcp.rn.f32")]
    [InlineData("neg.f32")]
    [InlineData("abs.f32")]
    public void Of_one_operand(string opcode)
    {
        Func<float, float> of = opcode.Split('.')[0] switch { "sqrt" => MathF.Sqrt, "rcp" => a => 1 / a, "neg" => a => -a, _ => MathF.Abs };
        Same(Fragment.Run<float>($"{opcode} %d, %a;", A), A.Select(of));
    }

    [Fact]
    public void A_fused_multiply_add_rounds_once()
    {
        float[] got = Fragment.Run<float>("fma.rn.f32 %d, %a, %b, %c;", A, B, C);
        Same(got, Fragment.Lane.Select(l => MathF.FusedMultiplyAdd(A[l], B[l], C[l])));
        got.Should().NotEqual(Fragment.Lane.Select(l => A[l] * B[l] + C[l]));
    }

    [Theory]
    [InlineData("eq", false)]
    [InlineData("ne", false)]
    [InlineData("lt", false)]
    [InlineData("le", false)]
    [InlineData("gt", false)]
    [InlineData("ge", false)]
    [InlineData("equ", true)]
    [InlineData("neu", true)]
    [InlineData("ltu", true)]
    [InlineData("leu", true)]
    [InlineData("gtu", true)]
    [InlineData("geu", true)]
    [InlineData("nan", true)]
    [InlineData("num", false)]
    public void A_comparison_with_nan_is_what_its_name_says(string comparison, bool ofNan)
    {
        int[] got = Fragment.Run<int>($"setp.{comparison}.f32 %p1, %a, %b;\nselp.s32 %d, 1, 0, %p1;", A, B);
        for (int l = 0; l < Fragment.Lanes; l++)
        {
            bool unordered = float.IsNaN(A[l]) || float.IsNaN(B[l]);
            bool want = unordered ? ofNan : comparison[..2] switch
            {
                "eq" => A[l] == B[l],
                "ne" => A[l] != B[l],
                "lt" => A[l] < B[l],
                "le" => A[l] <= B[l],
                "gt" => A[l] > B[l],
                "ge" => A[l] >= B[l],
                "na" => false,
                _ => true,
            };
            got[l].Should().Be(want ? 1 : 0, "lane {0} compares {1} with {2}", l, A[l], B[l]);
        }
    }

    [Fact]
    public void A_test_finds_nan() =>
        Fragment.Run<int>("testp.notanumber.f32 %p1, %a;\nselp.s32 %d, 1, 0, %p1;", A).Should().Equal(A.Select(a => float.IsNaN(a) ? 1 : 0));

    static void Same(float[] got, IEnumerable<float> want) =>
        got.Select(Bits).Should().Equal(want.Select(Bits));

    // PTX leaves open which of the many NaNs a result is.
    static uint Bits(float x) => float.IsNaN(x) ? uint.MaxValue : BitConverter.SingleToUInt32Bits(x);
}
