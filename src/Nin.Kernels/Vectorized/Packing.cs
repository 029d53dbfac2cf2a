namespace Nin.Vectorized;

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
