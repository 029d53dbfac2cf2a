using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nin.PtxSimulator.Execution;

namespace Nin.PtxSimulator.Instructions;

interface IUnary<T>
{
    static abstract Vector256<T> Of(Vector256<T> a);
}

interface IBinary<T>
{
    static abstract Vector256<T> Of(Vector256<T> a, Vector256<T> b);
}

interface ITernary<T>
{
    static abstract Vector256<T> Of(Vector256<T> a, Vector256<T> b, Vector256<T> c);
}

/// <summary>A function of one lane, where no vector instruction computes it.</summary>
interface IScalar<TFrom, TTo>
{
    static abstract TTo Of(TFrom a, TFrom b);
}

/// <summary>Runs an operation in the lanes of a warp that are active; the others keep their registers.</summary>
static unsafe class Lanes
{
    static readonly Vector256<uint> Bits = Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128);
    static readonly Vector256<ulong> WideBits = Vector256.Create(1UL, 2, 4, 8);

    /// <summary>All bits of each lane whose bit in the mask is set, for the lanes of vector <paramref name="j"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Expand<T>(uint mask, int j)
    {
        if (Vector256<T>.Count == 8)
        {
            var bits = Vector256.Create(mask >> (8 * j)) & Bits;
            return Vector256.Equals(bits, Bits).As<uint, T>();
        }

        var wide = Vector256.Create((ulong)(mask >> (4 * j))) & WideBits;
        return Vector256.Equals(wide, WideBits).As<ulong, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Warp w, byte* place, int j, Vector256<T> value)
    {
        byte* to = place + 32 * j;
        if (w.Mask != Warp.Full) value = Vector256.ConditionalSelect(Expand<T>(w.Mask, j), value, Vector256.Load(to).As<byte, T>());
        value.AsByte().Store(to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<T> Load<T>(byte* place, int j) => Vector256.Load(place + 32 * j).As<byte, T>();

    public static void Unary<TOp, T>(Warp w, Instruction* i)
        where TOp : IUnary<T>
    {
        byte* r = w.Registers;
        for (int j = 0; j < Warp.Lanes / Vector256<T>.Count; j++) Store(w, r + i->D, j, TOp.Of(Load<T>(r + i->A, j)));
    }

    public static void Binary<TOp, T>(Warp w, Instruction* i)
        where TOp : IBinary<T>
    {
        byte* r = w.Registers;
        for (int j = 0; j < Warp.Lanes / Vector256<T>.Count; j++) Store(w, r + i->D, j, TOp.Of(Load<T>(r + i->A, j), Load<T>(r + i->B, j)));
    }

    public static void Ternary<TOp, T>(Warp w, Instruction* i)
        where TOp : ITernary<T>
    {
        byte* r = w.Registers;
        for (int j = 0; j < Warp.Lanes / Vector256<T>.Count; j++)
            Store(w, r + i->D, j, TOp.Of(Load<T>(r + i->A, j), Load<T>(r + i->B, j), Load<T>(r + i->C, j)));
    }

    public static void Compare<TOp, T>(Warp w, Instruction* i)
        where TOp : IBinary<T>
    {
        byte* r = w.Registers;
        uint result = 0;
        for (int j = 0; j < Warp.Lanes / Vector256<T>.Count; j++)
            result |= TOp.Of(Load<T>(r + i->A, j), Load<T>(r + i->B, j)).ExtractMostSignificantBits() << (j * Vector256<T>.Count);
        Predicate(w, i->D, result);
    }

    public static void Predicate(Warp w, int place, uint value)
    {
        uint* to = (uint*)(w.Registers + place);
        *to = (*to & ~w.Mask) | (value & w.Mask);
    }

    /// <summary>d = p ? a : b.</summary>
    public static void Select<T>(Warp w, Instruction* i)
    {
        byte* r = w.Registers;
        uint p = *(uint*)(r + i->C);
        for (int j = 0; j < Warp.Lanes / Vector256<T>.Count; j++)
            Store(w, r + i->D, j, Vector256.ConditionalSelect(Expand<T>(p, j), Load<T>(r + i->A, j), Load<T>(r + i->B, j)));
    }

    public static void Scalar<TOp, TFrom, TTo>(Warp w, Instruction* i)
        where TOp : IScalar<TFrom, TTo>
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        byte* r = w.Registers;
        TFrom* a = (TFrom*)(r + i->A), b = (TFrom*)(r + i->B);
        TTo* d = (TTo*)(r + i->D);
        for (uint left = w.Mask; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            d[lane] = TOp.Of(a[lane], b[lane]);
        }
    }

    public static void Widen(Warp w, Instruction* i)
    {
        byte* r = w.Registers;
        int* a = (int*)(r + i->A);
        for (int j = 0; j < 8; j++) Store(w, r + i->D, j, Vector256.WidenLower(Vector256.Create(Vector128.Load(a + 4 * j), default)));
    }


    public static void PredicateLogic<TOp>(Warp w, Instruction* i)
        where TOp : IScalar<uint, uint> =>
        Predicate(w, i->D, TOp.Of(*(uint*)(w.Registers + i->A), *(uint*)(w.Registers + i->B)));
}
