using System.Runtime.Intrinsics;

namespace Nin.PtxSimulator.Instructions;

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
