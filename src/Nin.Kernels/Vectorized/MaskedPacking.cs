using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>
/// The gradient of a ReLU and what comes after it in one pass: rows <c>[depth, columns]</c> become 0 where the ReLU's output is not above
/// zero, and are packed as B: see <see cref="Packing"/>.
/// </summary>
static unsafe class MaskedPacking
{
    /// <param name="source">The gradient, row behind row.</param>
    /// <param name="output">Output of the ReLU, row behind row.</param>
    /// <param name="depth">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="masked">The masked gradient, row behind row; may be <paramref name="source"/>.</param>
    /// <param name="packed">The block.</param>
    /// <param name="sums">Where the masked rows are added, one after the other.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<TLanes>(float* source, float* output, int depth, int columns, float* masked, float* packed, float* sums)
        where TLanes : struct, ILanes<TLanes>
    {
        for (int j = 0; j < columns; j += 2 * TLanes.Count)
        {
            if (Packing.PanelColumns(columns - j, TLanes.Count) == TLanes.Count)
            {
                PackPanel<TLanes>(source + j, output + j, depth, columns, columns - j, masked + j, packed, sums + j);
            }
            else
            {
                int count = Math.Min(columns - j, 2 * TLanes.Count);
                PackPanel<LanesPair<TLanes>>(source + j, output + j, depth, columns, count, masked + j, packed, sums + j);
            }

            packed += (nint)depth * 2 * TLanes.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PackPanel<TRow>(float* source, float* output, int depth, int step, int columns, float* masked, float* packed, float* sums)
        where TRow : struct, ILanes<TRow>
    {
        TRow sum = TRow.Load(sums, columns);
        for (nint at = 0; at < (nint)depth * step; at += step, packed += TRow.Count)
        {
            TRow row;
            if (columns == TRow.Count)
            {
                row = TRow.GreaterThan(TRow.Load(output + at), TRow.Zero) & TRow.Load(source + at);
                row.Store(masked + at);
            }
            else
            {
                row = TRow.GreaterThan(TRow.Load(output + at, columns), TRow.Zero) & TRow.Load(source + at, columns);
                row.Store(masked + at, columns);
            }

            row.Store(packed);
            sum += row;
        }

        sum.Store(sums, columns);
    }
}
