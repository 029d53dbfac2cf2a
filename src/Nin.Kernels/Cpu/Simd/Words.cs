using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nin.Ops;

/// <summary>
/// A register of 64-bit lanes for <see cref="PhiloxLanes"/>. Each lane holds a 32-bit word in its low half and anything in its high half:
/// what the widening multiplication takes and gives, so that a round moves nothing between lanes.
/// </summary>
unsafe interface IWords<TSelf>
    where TSelf : struct, IWords<TSelf>
{
    /// <summary>Words in one register.</summary>
    static abstract int Count { get; }

    static abstract TSelf Broadcast(uint word);

    /// <summary>The numbers <paramref name="first"/> to <paramref name="first"/> + Count - 1, in the order that <see cref="StoreUnits"/> takes.</summary>
    static abstract TSelf Counters(uint first);

    /// <summary>The 64-bit products of the words.</summary>
    static abstract TSelf Multiply(TSelf left, TSelf right);

    /// <summary>Three words, bit by bit.</summary>
    static abstract TSelf Xor(TSelf a, TSelf b, TSelf c);

    /// <summary>The high halves, as words.</summary>
    static abstract TSelf High(TSelf value);

    /// <summary>Writes <c>x0 x1 x2 x3</c> of each counter in turn, as numbers in [0, 1) of 24 bits: 4 Count floats.</summary>
    static abstract void StoreUnits(TSelf x0, TSelf x1, TSelf x2, TSelf x3, float* units);
}

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
