namespace Nin.Cuda.Tests.Instructions;

/// <summary>Arithmetic of float64.</summary>
public sealed class Float64Tests
{
    static readonly double[] A = [.. Fragment.Lane.Select(l => l switch { 0 => double.NaN, 1 => double.PositiveInfinity, 2 => 1e-310, _ => Math.Pow(-1.7, l - 10) })];
    static readonly double[] B = [.. Fragment.Lane.Select(l => l == 4 ? double.NaN : (l - 13) * 0.31)];

    [Theory]
    [InlineData("add.f64")]
    [InlineData("add.rn.f64")]
    [InlineData("sub.f64")]
    [InlineData("sub.rn.f64")]
    [InlineData("mul.f64")]
    [InlineData("mul.rn.f64")]
    [InlineData("min.f64")]
    [InlineData("max.f64")]
    public void Of_two_operands(string opcode)
    {
        Func<double, double, double> of = opcode.Split('.')[0] switch
        {
            "add" => (a, b) => a + b,
            "sub" => (a, b) => a - b,
            "mul" => (a, b) => a * b,
            "min" => double.MinNumber,
            _ => double.MaxNumber,
        };
        Fragment.Run<double>($"{opcode} %d, %a, %b;", A, B).Should().Equal(A.Zip(B, of));
    }

    [Fact]
    public void Of_one_operand_and_of_three()
    {
        Fragment.Run<double>("neg.f64 %d, %a;", A).Should().Equal(A.Select(a => -a));
        Fragment.Run<double>("abs.f64 %d, %a;", A).Should().Equal(A.Select(Math.Abs));
        Fragment.Run<double>("fma.rn.f64 %d, %a, %b, %a;", A, B).Should().Equal(A.Zip(B, (a, b) => Math.FusedMultiplyAdd(a, b, a)));
    }
}
