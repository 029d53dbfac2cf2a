using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nin.Vectorized;

/// <summary>Four words: AVX2.</summary>
readonly unsafe struct Words256(Vector256<ulong> value) : IWords<Words256>
{
    readonly Vector256<ulong> value = value;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words256 Broadcast(uint word) => new(Vector256.Create((ulong)word));

    // Even lanes first: they are what the lower unpacking of StoreUnits takes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words256 Counters(uint first) => new(Vector256.Create((ulong)first) + Vector256.Create(0ul, 2, 1, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words256 Multiply(Words256 left, Words256 right) =>
        new(Avx2.Multiply(left.value.AsUInt32(), right.value.AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words256 Xor(Words256 a, Words256 b, Words256 c) => new(a.value ^ b.value ^ c.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words256 High(Words256 value) => new(value.value >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUnits(Words256 x0, Words256 x1, Words256 x2, Words256 x3, float* units)
    {
        Vector256<ulong> x01 = Pair(x0, x1), x23 = Pair(x2, x3);
        Unit(Avx2.UnpackLow(x01, x23)).Store(units);
        Unit(Avx2.UnpackHigh(x01, x23)).Store(units + 2 * Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<ulong> Pair(Words256 low, Words256 high) => (low.value & Vector256.Create((ulong)uint.MaxValue)) | (high.value << 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Unit(Vector256<ulong> words) =>
        Vector256.ConvertToSingle((words.AsUInt32() >>> 8).AsInt32()) * Vector256.Create(1f / (1 << 24));
}
