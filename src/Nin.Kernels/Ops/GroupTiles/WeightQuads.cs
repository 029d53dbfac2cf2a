using ILGPU;

namespace Nin.Ops;

/// <summary>Which blocks of four weights a thread fetches: one, or two of which the second stands some rows below.</summary>
/// <param name="Quad">The first block of the group's matrix row, from its column on; moves on by a buffer's rows at a time.</param>
/// <param name="Inside">1 where the column exists.</param>
readonly record struct WeightQuads<TShape, TSums>(long Quad, int Inside)
    where TShape : struct, IGroupShape
    where TSums : struct, IGroupSums
{
    /// <summary>The blocks of the first buffer.</summary>
    public static WeightQuads<TShape, TSums> Of(WindowMap map, int steps, int group, int column)
    {
        int rowLength = RowLength(map);
        int row = Group.IdxX / GroupTile<TShape, TSums>.ColumnQuads, block = column / Float4.Length + Group.IdxX % GroupTile<TShape, TSums>.ColumnQuads;
        long quad = ((long)group * steps * GroupTile<TShape, TSums>.Depth + row) * rowLength + block;
        return new WeightQuads<TShape, TSums>(quad, block < rowLength ? 1 : 0);
    }

    /// <summary>Those of the next buffer.</summary>
    public WeightQuads<TShape, TSums> Next(WindowMap map) => new(Quad + GroupTile<TShape, TSums>.Depth * (long)RowLength(map), Inside);

    /// <summary>The block so many rows below, zeros behind the last column.</summary>
    public Float4 Load(ArrayView<Float4> matrix, WindowMap map, int below)
    {
        Float4 quad = default;
        if (Inside != 0) quad = matrix[Quad + (long)below * RowLength(map)];
        return quad;
    }

    static int RowLength(WindowMap map) => WeightMatrixSizes.ColumnsOf(map.Columns) / Float4.Length;
}
