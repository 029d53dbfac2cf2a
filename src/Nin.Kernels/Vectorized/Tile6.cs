using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>Six rows: two registers wide, 12 accumulators of the 16 registers that AVX2 and SSE have.</summary>
readonly unsafe struct Tile6 : ITile
{
    public static int Rows => 6;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TRow, TPanel>(in DepthRuns depth, float* a, float* b, in TileResult c)
        where TRow : struct, ILanes<TRow>
        where TPanel : struct, IPanel
    {
        TRow c0 = TRow.Load(c.From);
        TRow c1 = TRow.Load(c.From + c.FromStep);
        TRow c2 = TRow.Load(c.From + 2 * c.FromStep);
        TRow c3 = TRow.Load(c.From + 3 * c.FromStep);
        TRow c4 = TRow.Load(c.From + 4 * c.FromStep);
        TRow c5 = TRow.Load(c.From + 5 * c.FromStep);

        int length = depth.Length;
        nint step = depth.Step;
        for (int run = depth.Count; run > 0; run--)
        {
            for (float* end = b + (nint)length * TRow.Count; b < end; b += TRow.Count)
            {
                TRow row = TRow.Load(b);
                TRow.Accumulate(ref c0, TRow.Broadcast(*a), row);
                TRow.Accumulate(ref c1, TRow.Broadcast(a[TPanel.RowStep]), row);
                TRow.Accumulate(ref c2, TRow.Broadcast(a[2 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c3, TRow.Broadcast(a[3 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c4, TRow.Broadcast(a[4 * TPanel.RowStep]), row);
                TRow.Accumulate(ref c5, TRow.Broadcast(a[5 * TPanel.RowStep]), row);
                a += step;
            }

            a += depth.Skip;
            b += depth.Gap * TRow.Count;
        }

        TRow bias = TRow.Load(c.Bias);
        TRow floor = TRow.Broadcast(c.Floor);
        float* to = c.To;
        TRow.Max(floor, c0 + bias).Store(to);
        TRow.Max(floor, c1 + bias).Store(to + c.ToStep);
        TRow.Max(floor, c2 + bias).Store(to + 2 * c.ToStep);
        TRow.Max(floor, c3 + bias).Store(to + 3 * c.ToStep);
        TRow.Max(floor, c4 + bias).Store(to + 4 * c.ToStep);
        TRow.Max(floor, c5 + bias).Store(to + 5 * c.ToStep);
    }
}
