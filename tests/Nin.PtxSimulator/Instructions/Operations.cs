using System.Numerics;
using System.Runtime.Intrinsics;

namespace Nin.PtxSimulator.Instructions;

struct Copy<T> : IUnary<T>
{
    public static Vector256<T> Of(Vector256<T> a) => a;
}

struct Add<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => a + b;
}

struct Subtract<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => a - b;
}

struct Multiply<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => a * b;
}

struct MultiplyAdd<T> : ITernary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b, Vector256<T> c) => a * b + c;
}

/// <summary>One rounding.</summary>
struct FusedMultiplyAdd : ITernary<float>
{
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.FusedMultiplyAdd(a, b, c);
}

struct DivideFloat : IBinary<float>
{
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b) => a / b;
}

struct Reciprocal : IUnary<float>
{
    public static Vector256<float> Of(Vector256<float> a) => Vector256<float>.One / a;
}

struct SquareRoot : IUnary<float>
{
    public static Vector256<float> Of(Vector256<float> a) => Vector256.Sqrt(a);
}

struct Negate<T> : IUnary<T>
{
    public static Vector256<T> Of(Vector256<T> a) => -a;
}

struct Absolute<T> : IUnary<T>
{
    public static Vector256<T> Of(Vector256<T> a) => Vector256.Abs(a);
}

struct Not<T> : IUnary<T>
{
    public static Vector256<T> Of(Vector256<T> a) => ~a;
}

struct And<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => a & b;
}

struct Or<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => a | b;
}

struct Xor<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => a ^ b;
}

/// <summary>A NaN gives way to a number.</summary>
struct MinimumFloat : IBinary<float>
{
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b) => Vector256.MinNumber(a, b);
}

/// <summary>A NaN gives way to a number.</summary>
struct MaximumFloat : IBinary<float>
{
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b) => Vector256.MaxNumber(a, b);
}

struct Minimum<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.Min(a, b);
}

struct Maximum<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.Max(a, b);
}

struct IsEqual<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, b);
}

/// <summary>Of integers; and of floats with `neu`, which holds where one is a NaN.</summary>
struct IsUnequal<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => ~Vector256.Equals(a, b);
}

struct IsLess<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.LessThan(a, b);
}

struct IsLessOrEqual<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.LessThanOrEqual(a, b);
}

struct IsGreater<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThan(a, b);
}

struct IsGreaterOrEqual<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThanOrEqual(a, b);
}

/// <summary>Both are numbers, and what <typeparamref name="TOp"/> says.</summary>
struct Ordered<TOp> : IBinary<float>
    where TOp : IBinary<float>
{
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b) =>
        TOp.Of(a, b) & Vector256.Equals(a, a) & Vector256.Equals(b, b);
}

/// <summary>One is a NaN, or what <typeparamref name="TOp"/> says.</summary>
struct Unordered<TOp> : IBinary<float>
    where TOp : IBinary<float>
{
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b) =>
        TOp.Of(a, b) | ~(Vector256.Equals(a, a) & Vector256.Equals(b, b));
}

struct Never : IBinary<float>
{
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b) => default;
}

struct Always : IBinary<float>
{
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b) => Vector256<float>.AllBitsSet;
}

/// <summary>An integer's quotient. By zero the result is not specified; here all bits are set.</summary>
struct Quotient<T> : IScalar<T, T>
    where T : IBinaryInteger<T>, IMinMaxValue<T>
{
    public static T Of(T a, T b) => b == T.Zero ? ~T.Zero : b == ~T.Zero && T.MinValue < T.Zero ? unchecked(T.Zero - a) : a / b;
}

struct Remainder<T> : IScalar<T, T>
    where T : IBinaryInteger<T>, IMinMaxValue<T>
{
    public static T Of(T a, T b) => b == T.Zero ? a : b == ~T.Zero && T.MinValue < T.Zero ? T.Zero : a % b;
}

/// <summary>The upper half of a product.</summary>
struct HighProduct<T> : IScalar<T, T>
    where T : IBinaryInteger<T>
{
    public static T Of(T a, T b) => T.CreateTruncating((Int128.CreateTruncating(a) * Int128.CreateTruncating(b)) >> (typeof(T) == typeof(int) || typeof(T) == typeof(uint) ? 32 : 64));
}

struct WideProduct : IScalar<uint, ulong>
{
    public static ulong Of(uint a, uint b) => (ulong)a * b;
}

struct WideSignedProduct : IScalar<uint, ulong>
{
    public static ulong Of(uint a, uint b) => (ulong)((long)(int)a * (int)b);
}

/// <summary>Shifts by more than the width give what shifting one by one would.</summary>
struct ShiftLeft<T> : IScalarShift<T>
    where T : IBinaryInteger<T>
{
    public static T Of(T a, uint by, int width) => by >= width ? T.Zero : a << (int)by;
}

struct ShiftRight<T> : IScalarShift<T>
    where T : IBinaryInteger<T>
{
    public static T Of(T a, uint by, int width) => by >= width ? (T.IsNegative(a) ? ~T.Zero : T.Zero) : a >> (int)by;
}

interface IScalarShift<T>
{
    static abstract T Of(T a, uint by, int width);
}

struct PredicateAnd : IScalar<uint, uint>
{
    public static uint Of(uint a, uint b) => a & b;
}

struct PredicateOr : IScalar<uint, uint>
{
    public static uint Of(uint a, uint b) => a | b;
}

struct PredicateXor : IScalar<uint, uint>
{
    public static uint Of(uint a, uint b) => a ^ b;
}

struct PredicateNot : IScalar<uint, uint>
{
    public static uint Of(uint a, uint b) => ~a;
}

struct PredicateCopy : IScalar<uint, uint>
{
    public static uint Of(uint a, uint b) => a;
}
