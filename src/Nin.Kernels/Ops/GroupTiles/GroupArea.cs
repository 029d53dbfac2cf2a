namespace Nin.Ops;

/// <summary>The tile of a group.</summary>
/// <param name="Threads">Threads that compute it.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
readonly record struct GroupArea(int Threads, int Rows, int Columns)
{
    /// <summary>The tile of a shape.</summary>
    public static GroupArea Of<TShape>()
        where TShape : struct, IGroupShape =>
        new(TShape.Across * TShape.Down, TShape.Down * Tile8x8.Side, TShape.Across * Tile8x8.Side);

    /// <summary>Tiles that cover a matrix.</summary>
    public long Tiles(long rows, int columns) => (rows + Rows - 1) / Rows * ((columns + Columns - 1) / Columns);

    /// <summary>
    /// What the last multiprocessor to finish has to do, in its own units: the tiles that fall to it, each as long as its area, and longer
    /// where a tile is small, because each of its operands then serves fewer sums.
    /// </summary>
    public double Cost(long rows, int columns, long copies, int multiprocessors)
    {
        long turns = (Tiles(rows, columns) * copies + multiprocessors - 1) / multiprocessors;
        double operands = 1.0 / Rows + 1.0 / Columns;
        return turns * (double)Rows * Columns * (1 + 16 * operands);
    }
}
