using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nin.Vectorized;

/// <summary>Two words: what every machine has (SSE2, ARM64 AdvSimd).</summary>
readonly unsafe struct Words128(Vector128<ulong> value) : IWords<Words128>
{
    readonly Vector128<ulong> value = value;

    public static int Count => 2;

    static Vector128<ulong> Low => Vector128.Create((ulong)uint.MaxValue);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words128 Broadcast(uint word) => new(Vector128.Create((ulong)word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words128 Counters(uint first) => new(Vector128.Create((ulong)first) + Vector128.Create(0ul, 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words128 Multiply(Words128 left, Words128 right) =>
        new(Sse2.IsSupported
            ? Sse2.Multiply(left.value.AsUInt32(), right.value.AsUInt32())
            : (left.value & Low) * (right.value & Low));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words128 Xor(Words128 a, Words128 b, Words128 c) => new(a.value ^ b.value ^ c.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words128 High(Words128 value) => new(value.value >>> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUnits(Words128 x0, Words128 x1, Words128 x2, Words128 x3, float* units)
    {
        Vector128<ulong> x01 = Pair(x0, x1), x23 = Pair(x2, x3);
        Unit(Vector128.Create(x01.GetLower(), x23.GetLower())).Store(units);
        Unit(Vector128.Create(x01.GetUpper(), x23.GetUpper())).Store(units + 2 * Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<ulong> Pair(Words128 low, Words128 high) => (low.value & Low) | (high.value << 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> Unit(Vector128<ulong> words) =>
        Vector128.ConvertToSingle((words.AsUInt32() >>> 8).AsInt32()) * Vector128.Create(1f / (1 << 24));
}
