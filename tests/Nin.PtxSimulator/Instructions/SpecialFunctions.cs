namespace Nin.PtxSimulator.Instructions;

/// <summary>
/// The approximations of the hardware. PTX documents how far they may be off; here they are off by as much as that, up or down by a hash of
/// the argument, so that no test passes thanks to a function better than a device's.
/// </summary>
static class Approximation
{
    /// <summary>A number in [-1, 1] that depends on the argument alone.</summary>
    static double Sign(float x)
    {
        uint h = BitConverter.SingleToUInt32Bits(x) * 0x9E3779B1u;
        h ^= h >> 15;
        h *= 0x85EBCA77u;
        return (h >> 8) / (double)(1 << 23) - 1;
    }

    /// <summary>Off by a part of itself; the rounding to float32 takes 2^-24 of the bound.</summary>
    public static float Relative(float x, double exact, double bound) => (float)(exact * (1 + Sign(x) * (bound - Math.Pow(2, -24))));

    public static float Absolute(float x, double exact, double bound) => (float)(exact + Sign(x) * bound);
}

/// <summary>2 to the power of x: off by 2^-22.5 of itself at most (PTX ISA 8.0, section 9.7.3, ex2).</summary>
struct Exp2Approximate : IScalar<float, float>
{
    public static float Of(float a, float b) => float.IsFinite(a) ? Approximation.Relative(a, Math.Pow(2, a), Math.Pow(2, -22.5)) : MathF.Pow(2, a);
}

/// <summary>Off by 2^-22 at most between 0.5 and 2, and by 2^-22 of itself elsewhere (lg2).</summary>
struct Log2Approximate : IScalar<float, float>
{
    public static float Of(float a, float b)
    {
        double exact = Math.Log2(a);
        if (!double.IsFinite(exact)) return (float)exact;
        return a is > 0.5f and < 2 ? (a == 1 ? 0 : Approximation.Absolute(a, exact, Math.Pow(2, -22))) : Approximation.Relative(a, exact, Math.Pow(2, -22));
    }
}

/// <summary>One unit in the last place, 2^-23 of itself.</summary>
struct ReciprocalApproximate : IScalar<float, float>
{
    public static float Of(float a, float b) => a == 0 || !float.IsFinite(a) ? 1 / a : Approximation.Relative(a, 1.0 / a, Math.Pow(2, -23));
}

/// <summary>Off by 2^-22.9 of itself at most (rsqrt).</summary>
struct ReciprocalRootApproximate : IScalar<float, float>
{
    public static float Of(float a, float b) =>
        a <= 0 || !float.IsFinite(a) ? 1 / MathF.Sqrt(a) : Approximation.Relative(a, 1 / Math.Sqrt(a), Math.Pow(2, -22.9));
}

/// <summary>Off by 2^-11 of itself at most (tanh).</summary>
struct TanhApproximate : IScalar<float, float>
{
    public static float Of(float a, float b) => float.IsFinite(a) ? Approximation.Relative(a, Math.Tanh(a), Math.Pow(2, -11)) : MathF.Tanh(a);
}

/// <summary>Off by 2^-20.5 at most between -pi and pi (sin).</summary>
struct SineApproximate : IScalar<float, float>
{
    public static float Of(float a, float b) => float.IsFinite(a) ? Approximation.Absolute(a, Math.Sin(a), Math.Pow(2, -20.5)) : float.NaN;
}

/// <summary>Off by 2^-20.5 at most between -pi and pi (cos).</summary>
struct CosineApproximate : IScalar<float, float>
{
    public static float Of(float a, float b) => float.IsFinite(a) ? Approximation.Absolute(a, Math.Cos(a), Math.Pow(2, -20.5)) : float.NaN;
}
