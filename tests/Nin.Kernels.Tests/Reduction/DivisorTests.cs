using Nin.Ops;

namespace Nin.Kernels.Tests.Reduction;

public sealed class DivisorTests
{
    [Fact]
    public void A_product_and_a_shift_divide_exactly()
    {
        int[] divisors = [.. Enumerable.Range(1, 1_000), .. Around(), int.MaxValue];
        foreach (int value in divisors)
        {
            var divisor = Divisor.Of(value);
            divisor.Factor.Should().BeLessThan(1L << 32, "a kernel multiplies it by 31 bits in 64");
            // A quotient is wrong first where it changes: at multiples and just before them.
            foreach (long multiple in new long[] { 0, 1, 2, 3, 1_000, int.MaxValue / value / 2, int.MaxValue / value - 1, int.MaxValue / value })
            {
                foreach (long dividend in new[] { multiple * value - 1, multiple * value, multiple * value + value - 1L, int.MaxValue })
                {
                    if (dividend is < 0 or > int.MaxValue) continue;
                    if (divisor.Divide((int)dividend) != (int)dividend / value) Assert.Fail($"{dividend} / {value} gives {divisor.Divide((int)dividend)}.");
                }
            }
        }

        // Powers of two and their neighbours.
        static IEnumerable<int> Around() => Enumerable.Range(10, 21).SelectMany(bits => new[] { (1 << bits) - 1, 1 << bits, (1 << bits) + 1 });
    }

    [Fact]
    public void Only_numbers_of_1_or_more_divide() => FluentActions.Invoking(() => Divisor.Of(0)).Should().Throw<ArgumentOutOfRangeException>();
}
