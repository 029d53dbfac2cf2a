namespace Nin.Ops;

/// <summary>The tile of weights, and of the batch, that a group sums.</summary>
/// <param name="Slice">Slice of the batch.</param>
/// <param name="Group">Group of channels.</param>
/// <param name="Row">First row: a tap and a channel.</param>
/// <param name="Column">First filter in the group.</param>
readonly record struct GradientPlace(int Slice, int Group, int Row, int Column)
{
    /// <summary>Tiles of all weights and slices.</summary>
    public static long Tiles<TShape>(GroupGradientSizes sizes)
        where TShape : struct, IGroupShape =>
        (long)Slices.Count(sizes.Examples) * sizes.Map.Groups * RowTiles<TShape>(sizes) * ColumnTiles<TShape>(sizes);

    /// <summary>A tile by its number, filters fastest and slices slowest: groups that run at the same time read the same pixels.</summary>
    public static GradientPlace Of<TShape>(GroupGradientSizes sizes, long tile)
        where TShape : struct, IGroupShape
    {
        int columnTiles = ColumnTiles<TShape>(sizes), rowTiles = RowTiles<TShape>(sizes);
        long rest = tile / columnTiles;
        int column = (int)(tile - rest * columnTiles) * (TShape.Across * Tile8x8.Side);
        int row = (int)(rest % rowTiles) * (TShape.Down * Tile8x8.Side);
        rest /= rowTiles;
        return new GradientPlace((int)(rest / sizes.Map.Groups), (int)(rest % sizes.Map.Groups), row, column);
    }

    static int RowTiles<TShape>(GroupGradientSizes sizes)
        where TShape : struct, IGroupShape => (sizes.Rows + TShape.Down * Tile8x8.Side - 1) / (TShape.Down * Tile8x8.Side);

    static int ColumnTiles<TShape>(GroupGradientSizes sizes)
        where TShape : struct, IGroupShape => (sizes.Map.Columns + TShape.Across * Tile8x8.Side - 1) / (TShape.Across * Tile8x8.Side);
}
