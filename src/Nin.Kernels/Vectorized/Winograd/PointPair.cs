using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>
/// A pair of points ±p: what a polynomial of degree up to four is there, and the transpose of that. The even and the odd part serve both.
/// </summary>
/// <param name="p">The point above zero.</param>
/// <param name="scale">What weights are multiplied by: 1 / (distances to all other points, multiplied), the same for both.</param>
readonly unsafe struct PointPair(float p, float scale)
{
    readonly float p = p;
    readonly float scale = scale;

    /// <summary>Stores <c>even + p odd</c> and, one step behind, <c>even - p odd</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TLanes>(TLanes even, TLanes odd, float* v, nint step)
        where TLanes : struct, ILanes<TLanes>
    {
        Lanes.MulAdd(p, odd, even).Store(v);
        Lanes.MulAdd(-p, odd, even).Store(v + step);
    }

    /// <summary>Stores the values at p and, one step behind, at -p of <c>y0 + y1 x + y2 x² + y3 x³ + y4 x⁴</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Evaluate<TLanes>(int count, bool scaled, TLanes y0, TLanes y1, TLanes y2, TLanes y3, TLanes y4, float* v, nint step)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes even = y0, odd = y1;
        if (count > 2) even = Lanes.MulAdd(p * p, y2, even);
        if (count > 3) odd = Lanes.MulAdd(p * p, y3, odd);
        if (count > 4) even = Lanes.MulAdd(p * p * p * p, y4, even);
        if (scaled) (even, odd) = (even * TLanes.Broadcast(scale), odd * TLanes.Broadcast(scale));
        Store(even, odd, v, step);
    }

    /// <summary>Adds to each coefficient what the values at p and -p give it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fold<TLanes>(
        int count, bool scaled, TLanes plus, TLanes minus, ref TLanes y0, ref TLanes y1, ref TLanes y2, ref TLanes y3, ref TLanes y4)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes even = plus + minus, odd = plus - minus;
        if (scaled) (even, odd) = (even * TLanes.Broadcast(scale), odd * TLanes.Broadcast(scale));
        y0 += even;
        y1 = Lanes.MulAdd(p, odd, y1);
        if (count > 2) y2 = Lanes.MulAdd(p * p, even, y2);
        if (count > 3) y3 = Lanes.MulAdd(p * p * p, odd, y3);
        if (count > 4) y4 = Lanes.MulAdd(p * p * p * p, even, y4);
    }
}
