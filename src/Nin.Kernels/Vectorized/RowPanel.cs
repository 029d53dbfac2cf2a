namespace Nin.Vectorized;

/// <summary>Each row contiguous along the depth: gathered pixels are copied in as they lie in the image, in long runs.</summary>
readonly struct RowPanel : IPanel
{
    /// <summary>Longest depth of a panel: with it a panel of A, one of B and the block of C share a level-1 cache.</summary>
    public const int MaxDepth = 256;

    /// <summary>Floats from row to row. A power of two would put all rows into the same few sets of the cache.</summary>
    public const int RowLength = MaxDepth + 16;

    public static int RowStep => RowLength;
}
