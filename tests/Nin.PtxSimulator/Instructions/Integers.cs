using System.Numerics;
using System.Runtime.Intrinsics;
using Nin.PtxSimulator.Execution;

namespace Nin.PtxSimulator.Instructions;

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

/// <summary>Shifts, whose count is of 32 bits whatever the value's width.</summary>
static unsafe class Shifts
{
    public static void Run<TOp, T>(Warp w, Instruction* i)
        where TOp : IScalarShift<T>
        where T : unmanaged
    {
        byte* r = w.Registers;
        T* a = (T*)(r + i->A), d = (T*)(r + i->D);
        uint* by = (uint*)(r + i->B);
        for (uint left = w.Mask; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            d[lane] = TOp.Of(a[lane], by[lane], sizeof(T) * 8);
        }
    }
}
