using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// How operands of a matrix product are cut and padded. B <c>[depth, columns]</c> is packed as
/// <c>[depth block][column panel][depth in block][panel width]</c>: a panel is two registers wide, the last one is one register wide
/// if that is enough, and its missing columns are zeros.
/// </summary>
static class Packing
{
    /// <summary>Steps of the depth in one block: blocks of equal size, none deeper than <see cref="RowPanel.MaxDepth"/>.</summary>
    public static int BlockDepth(int depth)
    {
        int blocks = (depth + RowPanel.MaxDepth - 1) / RowPanel.MaxDepth;
        return blocks == 0 ? 0 : (depth + blocks - 1) / blocks;
    }

    /// <summary>Columns of a packed B at a width in bits: rounded up to whole registers.</summary>
    public static int PaddedColumns(int columns, int width) => RoundUp(columns, width / 32);

    /// <summary>Columns of the panel that starts with <paramref name="left"/> columns left, its zeros counted.</summary>
    public static int PanelColumns(int left, int lanes) => left > lanes ? 2 * lanes : lanes;

    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    public static int CeilDivide(long value, int divisor) => (int)((value + divisor - 1) / divisor);
}

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
