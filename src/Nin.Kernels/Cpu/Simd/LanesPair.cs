using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>Two registers side by side, as one row of a register tile is.</summary>
unsafe struct LanesPair<TLanes>(TLanes low, TLanes high) : ILanes<LanesPair<TLanes>>
    where TLanes : struct, ILanes<TLanes>
{
    TLanes low = low;
    TLanes high = high;

    public static int Count => 2 * TLanes.Count;

    public static bool IsSupported => TLanes.IsSupported;

    public static LanesPair<TLanes> Zero => new(TLanes.Zero, TLanes.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> Broadcast(float value)
    {
        TLanes both = TLanes.Broadcast(value);
        return new(both, both);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> Load(float* source) => new(TLanes.Load(source), TLanes.Load(source + TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> Load(float* source, int count) =>
        new(TLanes.Load(source, Math.Min(count, TLanes.Count)), TLanes.Load(source + TLanes.Count, Math.Max(count - TLanes.Count, 0)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> LoadBytes(byte* source) => new(TLanes.LoadBytes(source), TLanes.LoadBytes(source + TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> operator +(LanesPair<TLanes> left, LanesPair<TLanes> right) =>
        new(left.low + right.low, left.high + right.high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> operator -(LanesPair<TLanes> left, LanesPair<TLanes> right) =>
        new(left.low - right.low, left.high - right.high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> operator *(LanesPair<TLanes> left, LanesPair<TLanes> right) =>
        new(left.low * right.low, left.high * right.high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> operator /(LanesPair<TLanes> left, LanesPair<TLanes> right) =>
        new(left.low / right.low, left.high / right.high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> operator -(LanesPair<TLanes> value) => new(-value.low, -value.high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> operator &(LanesPair<TLanes> left, LanesPair<TLanes> right) =>
        new(left.low & right.low, left.high & right.high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> operator |(LanesPair<TLanes> left, LanesPair<TLanes> right) =>
        new(left.low | right.low, left.high | right.high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> MulAdd(LanesPair<TLanes> a, LanesPair<TLanes> b, LanesPair<TLanes> addend) =>
        new(TLanes.MulAdd(a.low, b.low, addend.low), TLanes.MulAdd(a.high, b.high, addend.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(ref LanesPair<TLanes> sum, LanesPair<TLanes> a, LanesPair<TLanes> b)
    {
        TLanes.Accumulate(ref sum.low, a.low, b.low);
        TLanes.Accumulate(ref sum.high, a.high, b.high);
    }

    public static LanesPair<TLanes> Shuffle(LanesPair<TLanes> value, int* indices)
    {
        float* lanes = stackalloc float[2 * Count];
        value.Store(lanes);
        for (int i = 0; i < Count; i++) lanes[Count + i] = lanes[indices[i]];
        return Load(lanes + Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> Max(LanesPair<TLanes> left, LanesPair<TLanes> right) =>
        new(TLanes.Max(left.low, right.low), TLanes.Max(left.high, right.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> Min(LanesPair<TLanes> left, LanesPair<TLanes> right) =>
        new(TLanes.Min(left.low, right.low), TLanes.Min(left.high, right.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> Sqrt(LanesPair<TLanes> value) => new(TLanes.Sqrt(value.low), TLanes.Sqrt(value.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> Abs(LanesPair<TLanes> value) => new(TLanes.Abs(value.low), TLanes.Abs(value.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> GreaterThan(LanesPair<TLanes> left, LanesPair<TLanes> right) =>
        new(TLanes.GreaterThan(left.low, right.low), TLanes.GreaterThan(left.high, right.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> GreaterThanOrEqual(LanesPair<TLanes> left, LanesPair<TLanes> right) =>
        new(TLanes.GreaterThanOrEqual(left.low, right.low), TLanes.GreaterThanOrEqual(left.high, right.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> Equal(LanesPair<TLanes> left, LanesPair<TLanes> right) =>
        new(TLanes.Equal(left.low, right.low), TLanes.Equal(left.high, right.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> IsNaN(LanesPair<TLanes> value) => new(TLanes.IsNaN(value.low), TLanes.IsNaN(value.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> Select(LanesPair<TLanes> mask, LanesPair<TLanes> then, LanesPair<TLanes> otherwise) =>
        new(TLanes.Select(mask.low, then.low, otherwise.low), TLanes.Select(mask.high, then.high, otherwise.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> SelectGreater(LanesPair<TLanes> left, LanesPair<TLanes> right, LanesPair<TLanes> then, LanesPair<TLanes> otherwise) => Select(GreaterThan(left, right), then, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> PowerOfTwo(LanesPair<TLanes> exponent) => new(TLanes.PowerOfTwo(exponent.low), TLanes.PowerOfTwo(exponent.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> Exp(LanesPair<TLanes> x) => new(TLanes.Exp(x.low), TLanes.Exp(x.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> Tanh(LanesPair<TLanes> x) => new(TLanes.Tanh(x.low), TLanes.Tanh(x.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<TLanes> Erf(LanesPair<TLanes> x) => new(TLanes.Erf(x.low), TLanes.Erf(x.high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(float* destination)
    {
        low.Store(destination);
        high.Store(destination + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void StorePast(float* destination)
    {
        low.StorePast(destination);
        high.StorePast(destination + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void StoreBytes(byte* destination)
    {
        low.StoreBytes(destination);
        high.StoreBytes(destination + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(float* destination, int count)
    {
        low.Store(destination, Math.Min(count, TLanes.Count));
        high.Store(destination + TLanes.Count, Math.Max(count - TLanes.Count, 0));
    }
}
