namespace Nin.Ops;

/// <summary>Weights as the right operand of a product: <c>[group][depth][columns]</c>, zeros behind the last row and column.</summary>
/// <param name="Layout">Where in the parameter the elements lie.</param>
readonly record struct WeightMatrixSizes(PanelLayout Layout)
{
    /// <summary>Rows of a group: taps times summed channels, in whole buffers of eight.</summary>
    public int Rows => RowsOf(Layout.Taps * Layout.Depth);

    /// <summary>Columns of a group, in whole blocks of four.</summary>
    public int Columns => ColumnsOf(Layout.Columns);

    /// <summary>Elements.</summary>
    public long Length => (long)Layout.Groups * Rows * Columns;

    /// <summary>Rows that so many summed elements take.</summary>
    public static int RowsOf(int elements) => (elements + 7) / 8 * 8;

    /// <summary>Columns that so many channels take.</summary>
    public static int ColumnsOf(int channels) => (channels + Float4.Length - 1) / Float4.Length * Float4.Length;
}
