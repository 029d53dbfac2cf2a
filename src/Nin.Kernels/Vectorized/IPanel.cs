namespace Nin.Vectorized;

/// <summary>
/// How far apart the rows of A lie that one tile reads. A constant, so that a tile needs one pointer for all rows.
/// </summary>
interface IPanel
{
    /// <summary>Floats from one row to the next.</summary>
    static abstract int RowStep { get; }
}
