namespace Nin.Ops;

/// <summary>A float64: what <see cref="ActivationCheck"/> computes an activation with.</summary>
readonly struct Float64(double value) : IReal<Float64>
{
    /// <summary>The number.</summary>
    public readonly double Value = value;

    public static Float64 Broadcast(float value) => new(value);

    public static Float64 operator +(Float64 left, Float64 right) => new(left.Value + right.Value);

    public static Float64 operator -(Float64 left, Float64 right) => new(left.Value - right.Value);

    public static Float64 operator *(Float64 left, Float64 right) => new(left.Value * right.Value);

    public static Float64 operator /(Float64 left, Float64 right) => new(left.Value / right.Value);

    public static Float64 operator -(Float64 value) => new(-value.Value);

    public static Float64 MulAdd(Float64 a, Float64 b, Float64 addend) => a * b + addend;

    public static Float64 Max(Float64 left, Float64 right) => left.Value > right.Value ? left : right;

    public static Float64 Min(Float64 left, Float64 right) => left.Value < right.Value ? left : right;

    public static Float64 Sqrt(Float64 value) => new(Math.Sqrt(value.Value));

    public static Float64 Abs(Float64 value) => new(Math.Abs(value.Value));

    public static Float64 SelectGreater(Float64 left, Float64 right, Float64 then, Float64 otherwise) => left.Value > right.Value ? then : otherwise;

    public static Float64 Exp(Float64 x) => new(Math.Exp(x.Value));

    public static Float64 Tanh(Float64 x) => new(Math.Tanh(x.Value));

    /// <summary>The series of <c>e^(x²) erf(x)</c>, whose terms all have one sign; 1 to the last digit from 6 on.</summary>
    public static Float64 Erf(Float64 x)
    {
        double value = x.Value;
        if (!(Math.Abs(value) < 6)) return new(double.IsNaN(value) ? value : Math.Sign(value));
        double sum = 0, term = value;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            sum += term;
            term *= 2 * value * value / (2 * n + 1);
        }

        return new(2 / Math.Sqrt(Math.PI) * Math.Exp(-value * value) * sum);
    }
}
