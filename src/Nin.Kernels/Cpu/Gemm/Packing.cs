using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// How operands of a matrix product are divided and padded. B <c>[depth, columns]</c> is packed as
/// <c>[depth block][column panel][depth in block][panel width]</c>: a panel is two registers wide, the last ones are one register wide, or half of
/// a 512-bit one, where that is enough, and missing columns are zeros.
/// </summary>
static unsafe class Packing
{
    /// <summary>Steps of the depth in one block: blocks of equal size, none deeper than <see cref="RowPanel.MaxDepth"/>.</summary>
    public static int BlockDepth(int depth)
    {
        int blocks = (depth + RowPanel.MaxDepth - 1) / RowPanel.MaxDepth;
        return blocks == 0 ? 0 : (depth + blocks - 1) / blocks;
    }

    /// <summary>Columns that a packed B has room for at a width in bits: rounded up to whole registers.</summary>
    public static int PaddedColumns(int columns, int width) => RoundUp(columns, width / 32);

    /// <summary>Columns of the panel that starts with <paramref name="left"/> columns left, including its zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PanelColumns(int left, int lanes) =>
        left > lanes && !IsHalf(left - lanes, lanes) ? 2 * lanes : left <= lanes && IsHalf(left, lanes) ? Lanes256.Count : lanes;

    /// <summary>Columns of a panel before the register that starts at <paramref name="column"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BeforeInPanel(int column, int columns, int lanes)
    {
        int before = column % (2 * lanes);
        return PanelColumns(columns - (column - before), lanes) == 2 * lanes ? before : 0;
    }

    /// <summary>
    /// Whether half of a 512-bit register holds the last columns: for some processors that is half the work, since two 256-bit units make one of their
    /// 512-bit ones.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IsHalf(int left, int lanes) => lanes == 16 && left <= 8;

    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    public static int CeilDivide(long value, int divisor) => (int)((value + divisor - 1) / divisor);

    /// <summary>Packs one depth block of a row-major matrix <c>[depth, columns]</c> as B.</summary>
    /// <param name="rows">What is packed.</param>
    /// <param name="step">Floats from row to row.</param>
    /// <param name="depth">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="packed">The block.</param>
    /// <param name="sums">Where the rows are added up, one after the other, as they are packed; or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<TLanes, TRows>(TRows rows, nint step, int depth, int columns, float* packed, float* sums)
        where TLanes : struct, ILanes<TLanes>
        where TRows : struct, IRows
    {
        for (int j = 0, width; j < columns; j += width)
        {
            float* panelSums = sums is null ? null : sums + j;
            width = PanelColumns(columns - j, TLanes.Count);
            int count = Math.Min(columns - j, width);
            if (width > TLanes.Count) PackPanel<LanesPair<TLanes>, TRows>(rows, j, step, depth, count, packed, panelSums);
            else if (width == TLanes.Count) PackPanel<TLanes, TRows>(rows, j, step, depth, count, packed, panelSums);
            else PackPanel<Lanes256, TRows>(rows, j, step, depth, count, packed, panelSums);
            packed += (nint)depth * width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PackPanel<TRow, TRows>(TRows rows, nint at, nint step, int depth, int columns, float* packed, float* sums)
        where TRow : struct, ILanes<TRow>
        where TRows : struct, IRows
    {
        TRow sum = sums is null ? TRow.Zero : TRow.Load(sums, columns);
        if (columns == TRow.Count)
        {
            for (int k = 0; k < depth; k++, at += step, packed += TRow.Count)
            {
                TRow row = rows.Read<TRow, WholeExtent>(at, default);
                row.Store(packed);
                sum += row;
            }
        }
        else
        {
            var extent = new PartExtent(columns);
            for (int k = 0; k < depth; k++, at += step, packed += TRow.Count)
            {
                TRow row = rows.Read<TRow, PartExtent>(at, extent);
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

/// <summary>What <see cref="Packing.Pack"/> reads: a row-major matrix, or one that is computed as it is packed.</summary>
interface IRows
{
    /// <summary>The elements from <paramref name="at"/> on; lanes past the extent are zeros.</summary>
    TRow Read<TRow, TExtent>(nint at, TExtent extent)
        where TRow : struct, ILanes<TRow>
        where TExtent : struct, IExtent;
}

/// <summary>A matrix as it is in memory.</summary>
readonly unsafe struct PlainRows(float* source) : IRows
{
    readonly float* source = source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TRow Read<TRow, TExtent>(nint at, TExtent extent)
        where TRow : struct, ILanes<TRow>
        where TExtent : struct, IExtent =>
        extent.Load<TRow>(source + at);
}

/// <summary>The gradient of a ReLU: 0 where the ReLU's output is not above zero. It is also stored.</summary>
/// <param name="source">The gradient.</param>
/// <param name="output">Output of the ReLU.</param>
/// <param name="masked">Where the masked gradient is stored; may be <paramref name="source"/>.</param>
readonly unsafe struct MaskedRows(float* source, float* output, float* masked) : IRows
{
    readonly float* source = source;
    readonly float* output = output;
    readonly float* masked = masked;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TRow Read<TRow, TExtent>(nint at, TExtent extent)
        where TRow : struct, ILanes<TRow>
        where TExtent : struct, IExtent
    {
        TRow row = TRow.GreaterThan(extent.Load<TRow>(output + at), TRow.Zero) & extent.Load<TRow>(source + at);
        extent.Store(masked + at, row);
        return row;
    }
}

/// <summary>
/// How far apart the rows of A are that one tile reads. A constant, so that a tile needs one pointer for all rows.
/// </summary>
interface IPanel
{
    /// <summary>Floats from one row to the next.</summary>
    static abstract int RowStep { get; }
}

/// <summary>Each row contiguous along the depth: im2col rows are copied from the image in long runs.</summary>
readonly struct RowPanel : IPanel
{
    /// <summary>Longest depth of a panel: with it a panel of A, one of B and the block of C share a level-1 cache.</summary>
    public const int MaxDepth = 256;

    /// <summary>Floats from row to row. A power of two would put all rows into the same few sets of the cache.</summary>
    public const int RowLength = MaxDepth + 16;

    public static int RowStep => RowLength;
}

/// <summary>A <see cref="RowPanel"/> for depths of up to half as much, whose rows take half the memory.</summary>
readonly struct ShortRowPanel : IPanel
{
    /// <summary>Longest depth of a panel.</summary>
    public const int MaxDepth = RowPanel.MaxDepth / 2;

    /// <summary>Floats from row to row. Whole cache lines, but not a power of two: see <see cref="RowPanel"/>.</summary>
    public const int RowLength = MaxDepth + 16;

    public static int RowStep => RowLength;
}

/// <summary>
/// The rows of one step of the depth side by side: for wgrad, whose depth is pixels and whose rows are channels, as they are in the image or
/// packed.
/// </summary>
readonly struct ColumnPanel : IPanel
{
    public static int RowStep => 1;
}
