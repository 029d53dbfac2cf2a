using System.Runtime.Intrinsics;

namespace Nin.PtxSimulator.Instructions;

/// <summary>One rounding.</summary>
struct FusedMultiplyAdd : ITernary<float>
{
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.FusedMultiplyAdd(a, b, c);
}

/// <summary>One rounding.</summary>
struct FusedMultiplyAddDouble : ITernary<double>
{
    public static Vector256<double> Of(Vector256<double> a, Vector256<double> b, Vector256<double> c) => Vector256.FusedMultiplyAdd(a, b, c);
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

/// <summary>A NaN gives way to a number.</summary>
struct MinimumNumber<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.MinNumber(a, b);
}

/// <summary>A NaN gives way to a number.</summary>
struct MaximumNumber<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.MaxNumber(a, b);
}
