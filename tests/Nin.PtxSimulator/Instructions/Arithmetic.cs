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

struct Negate<T> : IUnary<T>
{
    public static Vector256<T> Of(Vector256<T> a) => -a;
}

struct Absolute<T> : IUnary<T>
{
    public static Vector256<T> Of(Vector256<T> a) => Vector256.Abs(a);
}

struct Minimum<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.Min(a, b);
}

struct Maximum<T> : IBinary<T>
{
    public static Vector256<T> Of(Vector256<T> a, Vector256<T> b) => Vector256.Max(a, b);
}
