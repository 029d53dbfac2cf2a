namespace Nin.Ops;

/// <summary>Sizes of a product on tensor cores.</summary>
/// <param name="Pixels">Rows of x and y.</param>
/// <param name="Depth">Columns of x, rows of w.</param>
/// <param name="Columns">Columns of w and y.</param>
/// <param name="ThreeProducts">1 where the result is accurate to float32, 0 where operands are rounded to TF32.</param>
readonly record struct TensorCoreSizes(long Pixels, int Depth, int Columns, int ThreeProducts)
{
    /// <summary>Depth up to a whole number of tiles, so that all lanes of a warp take the same steps.</summary>
    public int PaddedDepth => (Depth + TensorCore.Depth - 1) / TensorCore.Depth * TensorCore.Depth;

    /// <summary>Tiles side by side.</summary>
    public int ColumnTiles => (Columns + TensorCore.Columns - 1) / TensorCore.Columns;

    /// <summary>Tiles of the result.</summary>
    public long Tiles => (Pixels + TensorCore.Rows - 1) / TensorCore.Rows * ColumnTiles;
}
