namespace Nin.Vectorized;

/// <summary>
/// How the rows of A that one tile reads lie in their packed panel. Constants, so that a tile needs one pointer for all rows.
/// </summary>
interface IPanel
{
    /// <summary>Floats from one row to the next.</summary>
    static abstract int RowStep { get; }

    /// <summary>Floats from one step of the depth to the next, in a tile of this height.</summary>
    static abstract int DepthStep<TTile>()
        where TTile : struct, ITile;
}
