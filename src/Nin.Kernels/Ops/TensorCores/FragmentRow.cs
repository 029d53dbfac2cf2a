using ILGPU;

namespace Nin.Ops;

/// <summary>A lane's sums of 16 rows by 32 columns: four fragments side by side.</summary>
struct FragmentRow
{
    public Fragment4 C0, C1, C2, C3;

    /// <summary>Writes the lane's sums, from its own first row and column on.</summary>
    public readonly void Put(GroupTarget target, ArrayView<float> bias, ArrayView<float> y, int row, int column)
    {
        PutFragment(target, bias, y, row, column, C0);
        PutFragment(target, bias, y, row, column + TensorCore.Columns, C1);
        PutFragment(target, bias, y, row, column + 2 * TensorCore.Columns, C2);
        PutFragment(target, bias, y, row, column + 3 * TensorCore.Columns, C3);
    }

    static void PutFragment(GroupTarget target, ArrayView<float> bias, ArrayView<float> y, int row, int column, Fragment4 sums)
    {
        float first = target.Shift(bias, column), second = target.Shift(bias, column + 1);
        target.PutPair(y, row, column, sums.S0 + first, sums.S1 + second);
        target.PutPair(y, row + 8, column, sums.S2 + first, sums.S3 + second);
    }
}
