using System.Numerics;

namespace Nin.Ops;

/// <summary>
/// Division by a number that a whole launch shares, as a product and a shift: a GPU has no instruction that divides integers, and a
/// division by a run-time number is twenty instructions in 32 bits and seventy in 64. Exact for dividends from 0 to 2^31 - 1 (Granlund and Montgomery,
/// "Division by invariant integers using multiplication", 1994).
/// </summary>
/// <param name="Value">What is divided by, 1 or more.</param>
/// <param name="Shift">31, and the bits of <paramref name="Value"/> rounded up to a power of two.</param>
/// <param name="Factor"><c>2^Shift / Value</c>, rounded up: less than 2^32.</param>
readonly record struct Divisor(int Value, int Shift, long Factor)
{
    public static Divisor Of(int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        int shift = 31 + BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)value));
        return new(value, shift, ((1L << shift) + value - 1) / value);
    }

    /// <summary><c>dividend / Value</c>, rounded down.</summary>
    public int Divide(int dividend) => (int)(dividend * Factor >> Shift);
}
