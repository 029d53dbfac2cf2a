using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// The matrices of Winograd's convolution along one side, for one choice of points. The points are 0, some pairs ±p, and infinity, where the
/// value of a polynomial is its highest coefficient; in this order they are in memory, +p before -p.
/// </summary>
unsafe interface IWinogradMatrices
{
    /// <summary>Points, and pixels of a window, along a side.</summary>
    static abstract int Side { get; }

    /// <summary>The input transform <c>Bᵀ d</c>: for each point the value of the window against the polynomial that is zero at all others.</summary>
    static abstract void Input<TLanes, TExtent>(TExtent extent, float* d, nint step, float* v, nint pointStep)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;

    /// <summary>
    /// The filter transform <c>G y</c> where <paramref name="scaled"/>: the polynomial with the coefficients y at each point, divided by the
    /// point's distances to all others, multiplied. Without that <c>A y</c>, the transposed output transform, which wgrad needs.
    /// </summary>
    static abstract void Filter<TLanes, TExtent>(TExtent extent, int count, bool scaled, float* y, nint step, float* v, nint pointStep)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent;

    /// <summary>The output transform <c>Aᵀ v</c>, or <c>Gᵀ v</c> where scaled: the transpose of <see cref="Filter"/>.</summary>
    static abstract void Output<TLanes>(int count, bool scaled, float* v, nint pointStep, float* y, nint step)
        where TLanes : struct, ILanes<TLanes>;
}

/// <summary>F(4x4, 3x3): four results of three taps along a side, with the points 0, ±3/4, ±3/2 and infinity.</summary>
/// <remarks>
/// With 0, ±1, ±2 the rounding errors are twice as large; so they are 2.3 times those of a plain sum over channels and taps. All factors
/// but those of the weights are exact in float32.
/// </remarks>
readonly unsafe struct F4x3 : IWinogradMatrices
{
    const float P = 0.75f, Q = 1.5f;
    const float P2 = P * P, Q2 = Q * Q;
    const float Scale = (float)(1 / ((double)P2 * Q2));

    static PointPair PairP => new(P, (float)(1 / (2.0 * P2 * (P2 - Q2))));

    static PointPair PairQ => new(Q, (float)(1 / (2.0 * Q2 * (Q2 - P2))));

    public static int Side => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TLanes, TExtent>(TExtent extent, float* d, nint step, float* v, nint pointStep)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TLanes d0 = extent.Load<TLanes>(d);
        TLanes d1 = extent.Load<TLanes>(d + step);
        TLanes d2 = extent.Load<TLanes>(d + 2 * step);
        TLanes d3 = extent.Load<TLanes>(d + 3 * step);
        TLanes d4 = extent.Load<TLanes>(d + 4 * step);
        TLanes d5 = extent.Load<TLanes>(d + 5 * step);
        Lanes.MulAdd(P2 * Q2, d0, Lanes.MulAdd(-(P2 + Q2), d2, d4)).Store(v);
        PairP.Store(Lanes.MulAdd(-Q2, d2, d4), Lanes.MulAdd(-Q2, d1, d3), v + pointStep, pointStep);
        PairQ.Store(Lanes.MulAdd(-P2, d2, d4), Lanes.MulAdd(-P2, d1, d3), v + 3 * pointStep, pointStep);
        Lanes.MulAdd(P2 * Q2, d1, Lanes.MulAdd(-(P2 + Q2), d3, d5)).Store(v + 5 * pointStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter<TLanes, TExtent>(TExtent extent, int count, bool scaled, float* y, nint step, float* v, nint pointStep)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TLanes y0 = extent.Load<TLanes>(y);
        TLanes y1 = extent.Load<TLanes>(y + step);
        TLanes y2 = extent.Load<TLanes>(y + 2 * step);
        TLanes y3 = count > 3 ? extent.Load<TLanes>(y + 3 * step) : y2;
        TLanes y4 = count > 4 ? extent.Load<TLanes>(y + 4 * step) : y3;
        (scaled ? y0 * TLanes.Broadcast(Scale) : y0).Store(v);
        PairP.Filter(count, scaled, y0, y1, y2, y3, y4, v + pointStep, pointStep);
        PairQ.Filter(count, scaled, y0, y1, y2, y3, y4, v + 3 * pointStep, pointStep);
        y4.Store(v + 5 * pointStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TLanes>(int count, bool scaled, float* v, nint pointStep, float* y, nint step)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes y0 = TLanes.Load(v), last = TLanes.Load(v + 5 * pointStep);
        if (scaled) y0 *= TLanes.Broadcast(Scale);
        TLanes y1 = TLanes.Zero, y2 = count == 3 ? last : TLanes.Zero, y3 = count == 4 ? last : TLanes.Zero, y4 = last;
        PairP.Output(count, scaled, TLanes.Load(v + pointStep), TLanes.Load(v + 2 * pointStep), ref y0, ref y1, ref y2, ref y3, ref y4);
        PairQ.Output(count, scaled, TLanes.Load(v + 3 * pointStep), TLanes.Load(v + 4 * pointStep), ref y0, ref y1, ref y2, ref y3, ref y4);
        y0.Store(y);
        y1.Store(y + step);
        y2.Store(y + 2 * step);
        if (count > 3) y3.Store(y + 3 * step);
        if (count > 4) y4.Store(y + 4 * step);
    }
}

/// <summary>F(4x4, 5x5): four results of five taps along a side, with the points 0, ±1/2, ±1, ±2 and infinity.</summary>
/// <remarks>
/// The rounding errors are 4.7 times those of a plain sum over channels and taps; F(2x2, 5x5) has 1.5 times, and twice as
/// many multiplications. All factors but those of the weights are exact in float32.
/// </remarks>
readonly unsafe struct F4x5 : IWinogradMatrices
{
    const float P = 0.5f, Q = 1, S = 2;
    const float P2 = P * P, Q2 = Q * Q, S2 = S * S;
    const float Scale = -1 / (P2 * Q2 * S2);

    // P Q S is 1, so that the sum of the squares is the sum of their products in pairs as well.
    const float E1 = P2 + Q2 + S2;

    static PointPair PairP => new(P, (float)(1 / (2.0 * P2 * (P2 - Q2) * (P2 - S2))));

    static PointPair PairQ => new(Q, (float)(1 / (2.0 * Q2 * (Q2 - P2) * (Q2 - S2))));

    static PointPair PairS => new(S, (float)(1 / (2.0 * S2 * (S2 - P2) * (S2 - Q2))));

    public static int Side => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TLanes, TExtent>(TExtent extent, float* d, nint step, float* v, nint pointStep)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TLanes d0 = extent.Load<TLanes>(d);
        TLanes d1 = extent.Load<TLanes>(d + step);
        TLanes d2 = extent.Load<TLanes>(d + 2 * step);
        TLanes d3 = extent.Load<TLanes>(d + 3 * step);
        TLanes d4 = extent.Load<TLanes>(d + 4 * step);
        TLanes d5 = extent.Load<TLanes>(d + 5 * step);
        TLanes d6 = extent.Load<TLanes>(d + 6 * step);
        TLanes d7 = extent.Load<TLanes>(d + 7 * step);
        Lanes.MulAdd(E1, d2 - d4, d6 - d0).Store(v);
        TLanes evenP = Lanes.MulAdd(Q2 * S2, d2, Lanes.MulAdd(-(Q2 + S2), d4, d6));
        TLanes oddP = Lanes.MulAdd(Q2 * S2, d1, Lanes.MulAdd(-(Q2 + S2), d3, d5));
        PairP.Store(evenP, oddP, v + pointStep, pointStep);
        TLanes evenQ = Lanes.MulAdd(P2 * S2, d2, Lanes.MulAdd(-(P2 + S2), d4, d6));
        TLanes oddQ = Lanes.MulAdd(P2 * S2, d1, Lanes.MulAdd(-(P2 + S2), d3, d5));
        PairQ.Store(evenQ, oddQ, v + 3 * pointStep, pointStep);
        TLanes evenS = Lanes.MulAdd(P2 * Q2, d2, Lanes.MulAdd(-(P2 + Q2), d4, d6));
        TLanes oddS = Lanes.MulAdd(P2 * Q2, d1, Lanes.MulAdd(-(P2 + Q2), d3, d5));
        PairS.Store(evenS, oddS, v + 5 * pointStep, pointStep);
        Lanes.MulAdd(E1, d3 - d5, d7 - d1).Store(v + 7 * pointStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter<TLanes, TExtent>(TExtent extent, int count, bool scaled, float* y, nint step, float* v, nint pointStep)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TLanes y0 = extent.Load<TLanes>(y);
        TLanes y1 = extent.Load<TLanes>(y + step);
        TLanes y2 = extent.Load<TLanes>(y + 2 * step);
        TLanes y3 = count > 3 ? extent.Load<TLanes>(y + 3 * step) : y2;
        TLanes y4 = count > 4 ? extent.Load<TLanes>(y + 4 * step) : y3;
        (scaled ? y0 * TLanes.Broadcast(Scale) : y0).Store(v);
        PairP.Filter(count, scaled, y0, y1, y2, y3, y4, v + pointStep, pointStep);
        PairQ.Filter(count, scaled, y0, y1, y2, y3, y4, v + 3 * pointStep, pointStep);
        PairS.Filter(count, scaled, y0, y1, y2, y3, y4, v + 5 * pointStep, pointStep);
        y4.Store(v + 7 * pointStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TLanes>(int count, bool scaled, float* v, nint pointStep, float* y, nint step)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes y0 = TLanes.Load(v), last = TLanes.Load(v + 7 * pointStep);
        if (scaled) y0 *= TLanes.Broadcast(Scale);
        TLanes y1 = TLanes.Zero, y2 = count == 3 ? last : TLanes.Zero, y3 = count == 4 ? last : TLanes.Zero, y4 = last;
        PairP.Output(count, scaled, TLanes.Load(v + pointStep), TLanes.Load(v + 2 * pointStep), ref y0, ref y1, ref y2, ref y3, ref y4);
        PairQ.Output(count, scaled, TLanes.Load(v + 3 * pointStep), TLanes.Load(v + 4 * pointStep), ref y0, ref y1, ref y2, ref y3, ref y4);
        PairS.Output(count, scaled, TLanes.Load(v + 5 * pointStep), TLanes.Load(v + 6 * pointStep), ref y0, ref y1, ref y2, ref y3, ref y4);
        y0.Store(y);
        y1.Store(y + step);
        y2.Store(y + 2 * step);
        if (count > 3) y3.Store(y + 3 * step);
        if (count > 4) y4.Store(y + 4 * step);
    }
}

/// <summary>
/// A pair of points ±p: what a polynomial of degree up to four is there, and the transpose of that. The even and the odd part serve both.
/// </summary>
/// <param name="p">The point above zero.</param>
/// <param name="scale">What weights are multiplied by: 1 / (distances to all other points, multiplied), the same for both.</param>
readonly unsafe struct PointPair(float p, float scale)
{
    readonly float p = p;
    readonly float scale = scale;

    /// <summary>Stores <c>even + p odd</c> and, one step after, <c>even - p odd</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TLanes>(TLanes even, TLanes odd, float* v, nint step)
        where TLanes : struct, ILanes<TLanes>
    {
        Lanes.MulAdd(p, odd, even).Store(v);
        Lanes.MulAdd(-p, odd, even).Store(v + step);
    }

    /// <summary>Stores the values at p and, one step after, at -p of <c>y0 + y1 x + y2 x² + y3 x³ + y4 x⁴</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Filter<TLanes>(int count, bool scaled, TLanes y0, TLanes y1, TLanes y2, TLanes y3, TLanes y4, float* v, nint step)
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
    public void Output<TLanes>(
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
