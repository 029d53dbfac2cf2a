namespace Nin.Vectorized;

/// <summary>A <see cref="RowPanel"/> for depths of up to half as much, whose rows take half the memory.</summary>
readonly struct ShortRowPanel : IPanel
{
    /// <summary>Longest depth of a panel.</summary>
    public const int MaxDepth = RowPanel.MaxDepth / 2;

    /// <summary>Floats from row to row. Whole cache lines, but no power of two: see <see cref="RowPanel"/>.</summary>
    public const int RowLength = MaxDepth + 16;

    public static int RowStep => RowLength;
}
