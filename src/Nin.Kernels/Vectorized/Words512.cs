using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nin.Vectorized;

/// <summary>Eight words: AVX-512.</summary>
readonly unsafe struct Words512(Vector512<ulong> value) : IWords<Words512>
{
    readonly Vector512<ulong> value = value;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words512 Broadcast(uint word) => new(Vector512.Create((ulong)word));

    // Even lanes first: they are what the lower unpacking of StoreUnits takes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words512 Counters(uint first) => new(Vector512.Create((ulong)first) + Vector512.Create(0ul, 4, 1, 5, 2, 6, 3, 7));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words512 Multiply(Words512 left, Words512 right) =>
        new(Avx512F.Multiply(left.value.AsUInt32(), right.value.AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words512 Xor(Words512 a, Words512 b, Words512 c) => new(a.value ^ b.value ^ c.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words512 High(Words512 value) => new(value.value >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUnits(Words512 x0, Words512 x1, Words512 x2, Words512 x3, float* units)
    {
        Vector512<ulong> x01 = Pair(x0, x1), x23 = Pair(x2, x3);
        Unit(Avx512F.UnpackLow(x01, x23)).Store(units);
        Unit(Avx512F.UnpackHigh(x01, x23)).Store(units + 2 * Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> Pair(Words512 low, Words512 high) => (low.value & Vector512.Create((ulong)uint.MaxValue)) | (high.value << 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Unit(Vector512<ulong> words) =>
        Vector512.ConvertToSingle((words.AsUInt32() >>> 8).AsInt32()) * Vector512.Create(1f / (1 << 24));
}
