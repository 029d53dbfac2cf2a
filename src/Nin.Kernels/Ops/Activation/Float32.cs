using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;

namespace Nin.Ops;

/// <summary>A float32, or a register of them, whose functions <see cref="FloatFunctions"/> computes.</summary>
interface IFloat32<TSelf> : IReal<TSelf>
    where TSelf : struct, IFloat32<TSelf>
{
    /// <summary><c>2^exponent</c> of a whole number from -126 to 127.</summary>
    static abstract TSelf PowerOfTwo(TSelf exponent);
}

/// <summary>One float32: what the portable kernels compute with.</summary>
readonly struct Float32(float value) : IFloat32<Float32>
{
    const int ExponentBias = 127;
    const int MantissaBits = 23;

    /// <summary>The number.</summary>
    public readonly float Value = value;

    public static Float32 Broadcast(float value) => new(value);

    public static Float32 operator +(Float32 left, Float32 right) => new(left.Value + right.Value);

    public static Float32 operator -(Float32 left, Float32 right) => new(left.Value - right.Value);

    public static Float32 operator *(Float32 left, Float32 right) => new(left.Value * right.Value);

    public static Float32 operator /(Float32 left, Float32 right) => new(left.Value / right.Value);

    public static Float32 operator -(Float32 value) => new(-value.Value);

    public static Float32 MulAdd(Float32 a, Float32 b, Float32 addend) => new(FusedMultiplyAdd.Of(a.Value, b.Value, addend.Value));

    // A formula's bound is its left operand. ILGPU 1.5.3 moves a constant on the left of a comparison to the right, and from then on PTX's comparison
    // also holds for NaN: a ReLU would make a number of it. So the bound is on the right here.
    public static Float32 Max(Float32 left, Float32 right) => new(right.Value < left.Value ? left.Value : right.Value);

    public static Float32 Min(Float32 left, Float32 right) => new(right.Value > left.Value ? left.Value : right.Value);

    public static Float32 Sqrt(Float32 value) => new(XMath.Sqrt(value.Value));

    public static Float32 Abs(Float32 value) => new(XMath.Abs(value.Value));

    public static Float32 SelectGreater(Float32 left, Float32 right, Float32 then, Float32 otherwise) =>
        new(left.Value > right.Value ? then.Value : otherwise.Value);

    public static Float32 PowerOfTwo(Float32 exponent) =>
        new(Interop.IntAsFloat((uint)(((int)exponent.Value + ExponentBias) << MantissaBits)));

    public static Float32 Exp(Float32 x) => FloatFunctions.Exp(x);

    public static Float32 Tanh(Float32 x) => FloatFunctions.Tanh(x);

    public static Float32 Erf(Float32 x) => FloatFunctions.Erf(x);
}

/// <summary>
/// Functions of float32, written once for kernels and registers: a GPU's own exponential loses a digit at large arguments, its own hyperbolic
/// tangent has eleven bits, and neither engine has an error function.
/// </summary>
static class FloatFunctions
{
    /// <summary><c>e^x = 2^n e^r</c> with n whole and r in ±ln 2 / 2; the polynomial of r is that of Cephes (Moshier), <c>expf</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x)
        where T : struct, IFloat32<T>
    {
        // Beyond these bounds the result is 0 or infinite, and the halves of n stay in the range of PowerOfTwo.
        T bounded = T.Max(T.Broadcast(-104), T.Min(T.Broadcast(89), x));
        T n = Round(bounded * T.Broadcast(1.44269504f));
        // ln 2 in two parts, the first so short that its product with n is exact.
        T r = T.MulAdd(n, T.Broadcast(-0.693145752f), bounded);
        r = T.MulAdd(n, T.Broadcast(-1.42860677e-6f), r);
        T p = T.Broadcast(1.9875691500e-4f);
        p = T.MulAdd(p, r, T.Broadcast(1.3981999507e-3f));
        p = T.MulAdd(p, r, T.Broadcast(8.3334519073e-3f));
        p = T.MulAdd(p, r, T.Broadcast(4.1665795894e-2f));
        p = T.MulAdd(p, r, T.Broadcast(1.6666665459e-1f));
        p = T.MulAdd(p, r, T.Broadcast(5.0000001201e-1f));
        p = T.MulAdd(p, r * r, r) + T.Broadcast(1);
        // In two halves: 2^n alone leaves the range of float32 before e^x does.
        T half = Round(n * T.Broadcast(0.5f));
        return p * T.PowerOfTwo(half) * T.PowerOfTwo(n - half);
    }

    /// <summary>A polynomial near 0 (Cephes, <c>tanhf</c>), <c>1 - 2 / (e^2|x| + 1)</c> with the sign of x elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x)
        where T : struct, IFloat32<T>
    {
        T size = T.Abs(x), square = x * x;
        T p = T.Broadcast(-5.70498872745e-3f);
        p = T.MulAdd(p, square, T.Broadcast(2.06390887954e-2f));
        p = T.MulAdd(p, square, T.Broadcast(-5.37397155531e-2f));
        p = T.MulAdd(p, square, T.Broadcast(1.33314422036e-1f));
        p = T.MulAdd(p, square, T.Broadcast(-3.33332819422e-1f));
        p = T.MulAdd(p, square, T.Broadcast(1)) * x;
        T far = T.Broadcast(1) - T.Broadcast(2) / (Exp(size + size) + T.Broadcast(1));
        return T.SelectGreater(size, T.Broadcast(0.625f), WithSign(far, x), p);
    }

    /// <summary>
    /// A polynomial near 0, <c>1 - e^q(|x|)</c> with the sign of x elsewhere: the minimax polynomials that N. Juffa published for <c>erff</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erf<T>(T x)
        where T : struct, IFloat32<T>
    {
        T size = T.Abs(x), square = x * x;
        T q = T.MulAdd(T.Broadcast(-1.72853470e-5f), size, T.Broadcast(3.83197126e-4f));
        q = T.MulAdd(q, square, T.MulAdd(T.Broadcast(-3.88396438e-3f), size, T.Broadcast(2.42546219e-2f)));
        q = T.MulAdd(q, size, T.Broadcast(-1.06777877e-1f));
        q = T.MulAdd(q, size, T.Broadcast(-6.34846687e-1f));
        q = T.MulAdd(q, size, T.Broadcast(-1.28717512e-1f));
        T far = T.Broadcast(1) - Exp(T.MulAdd(q, size, -size));
        T p = T.Broadcast(-5.96761703e-4f);
        p = T.MulAdd(p, square, T.Broadcast(4.99119423e-3f));
        p = T.MulAdd(p, square, T.Broadcast(-2.67681349e-2f));
        p = T.MulAdd(p, square, T.Broadcast(1.12819925e-1f));
        p = T.MulAdd(p, square, T.Broadcast(-3.76125336e-1f));
        p = T.MulAdd(p, square, T.Broadcast(1.28379166e-1f));
        return T.SelectGreater(size, T.Broadcast(0.927734375f), WithSign(far, x), T.MulAdd(p, x, x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T WithSign<T>(T size, T x)
        where T : struct, IFloat32<T> =>
        T.SelectGreater(T.Broadcast(0), x, -size, size);

    /// <summary>The nearest whole number: added to 1.5 · 2^23, a number of up to 22 bits loses its fraction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Round<T>(T value)
        where T : struct, IFloat32<T> =>
        value + T.Broadcast(12582912) - T.Broadcast(12582912);
}
