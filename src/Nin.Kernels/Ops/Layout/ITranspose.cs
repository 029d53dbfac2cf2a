namespace Nin.Ops;

/// <summary>
/// Per example <c>y[column, row] = x[row, column]</c>: from channels-last to PyTorch's order of features behind <c>Flatten</c>, and back.
/// </summary>
interface ITranspose : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, rows, columns]</c>.</param>
    /// <param name="y"><c>[n, columns, rows]</c>.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="y"/>.</param>
    void Run(DeviceStream stream, int rows, int columns, int n, DeviceView x, DeviceView y, bool accumulate);
}
