using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>Packs one depth block of a row-major matrix <c>[depth, columns]</c> as B: see <see cref="Packing"/>.</summary>
static unsafe class PanelPacking
{
    /// <param name="source">The first row.</param>
    /// <param name="step">Floats from row to row.</param>
    /// <param name="depth">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="packed">The block.</param>
    /// <param name="sums">Where the rows are added, one after the other, while they pass by; or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<TLanes>(float* source, nint step, int depth, int columns, float* packed, float* sums)
        where TLanes : struct, ILanes<TLanes>
    {
        for (int j = 0; j < columns; j += 2 * TLanes.Count)
        {
            float* panelSums = sums is null ? null : sums + j;
            if (Packing.PanelColumns(columns - j, TLanes.Count) == TLanes.Count)
            {
                PackPanel<TLanes>(source + j, step, depth, columns - j, packed, panelSums);
            }
            else
            {
                PackPanel<LanesPair<TLanes>>(source + j, step, depth, Math.Min(columns - j, 2 * TLanes.Count), packed, panelSums);
            }

            packed += (nint)depth * 2 * TLanes.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PackPanel<TRow>(float* source, nint step, int depth, int columns, float* packed, float* sums)
        where TRow : struct, ILanes<TRow>
    {
        TRow sum = sums is null ? TRow.Zero : TRow.Load(sums, columns);
        if (columns == TRow.Count)
        {
            for (int k = 0; k < depth; k++, source += step, packed += TRow.Count)
            {
                TRow row = TRow.Load(source);
                row.Store(packed);
                sum += row;
            }
        }
        else
        {
            for (int k = 0; k < depth; k++, source += step, packed += TRow.Count)
            {
                TRow row = TRow.Load(source, columns);
                row.Store(packed);
                sum += row;
            }
        }

        if (sums is not null)
        {
            sum.Store(sums, columns);
        }
    }
}
