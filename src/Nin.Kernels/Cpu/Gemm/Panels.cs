namespace Nin.Ops;

/// <summary>
/// How far apart the rows of A lie that one tile reads. A constant, so that a tile needs one pointer for all rows.
/// </summary>
interface IPanel
{
    /// <summary>Floats from one row to the next.</summary>
    static abstract int RowStep { get; }
}

/// <summary>Each row contiguous along the depth: gathered pixels are copied in as they lie in the image, in long runs.</summary>
readonly struct RowPanel : IPanel
{
    /// <summary>Longest depth of a panel: with it a panel of A, one of B and the block of C share a level-1 cache.</summary>
    public const int MaxDepth = 256;

    /// <summary>Floats from row to row. A power of two would put all rows into the same few sets of the cache.</summary>
    public const int RowLength = MaxDepth + 16;

    public static int RowStep => RowLength;
}

/// <summary>
/// The rows of one step of the depth side by side: for gradients of weights, whose depth is pixels and whose rows are channels, as they lie in the image or packed.
/// </summary>
readonly struct ColumnPanel : IPanel
{
    public static int RowStep => 1;
}
