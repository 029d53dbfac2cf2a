using ILGPU;

namespace Nin.Ops;

/// <summary>Where a group's tile goes: part of a matrix in memory, of which there may be less than the tile has.</summary>
/// <param name="Index">Element of the tile's first row and column.</param>
/// <param name="Stride">Elements from a row to the next.</param>
/// <param name="Rows">Rows from the first on that there are.</param>
/// <param name="Columns">Columns from the first on that there are.</param>
/// <param name="Bias">The first column's place in the bias, or less than zero where there is none.</param>
/// <param name="Aligned">1 where four columns may be read and written at once.</param>
/// <param name="Relu">1 where negative results become zero.</param>
/// <param name="Mode">What becomes of what stands there.</param>
readonly record struct GroupTarget(long Index, long Stride, long Rows, int Columns, int Bias, int Aligned, int Relu, StoreMode Mode)
{
    /// <summary>The bias of a column, zero where there is none.</summary>
    public float Shift(ArrayView<float> bias, int column)
    {
        float shift = 0;
        if (Bias >= 0 && column < Columns) shift = bias[Bias + column];
        return shift;
    }

    /// <summary>Writes the columns that there are of four neighbouring ones.</summary>
    public void PutQuad(ArrayView<float> y, int row, int column, float a, float b, float c, float d)
    {
        if (row >= Rows) return;
        long index = Index + row * Stride + column;
        if (Aligned != 0)
        {
            if (column >= Columns) return;
            var quads = y.Cast<Float4>();
            long at = index / Float4.Length;
            Float4 quad = default;
            if (Mode != StoreMode.Overwrite) quad = quads[at];
            quad.S0 = Result(a, quad.S0);
            quad.S1 = Result(b, quad.S1);
            quad.S2 = Result(c, quad.S2);
            quad.S3 = Result(d, quad.S3);
            quads[at] = quad;
            return;
        }

        PutOne(y, index, column, a);
        PutOne(y, index + 1, column + 1, b);
        PutOne(y, index + 2, column + 2, c);
        PutOne(y, index + 3, column + 3, d);
    }

    /// <summary>Writes the columns that there are of two neighbouring ones.</summary>
    public void PutPair(ArrayView<float> y, int row, int column, float a, float b)
    {
        if (row >= Rows) return;
        long index = Index + row * Stride + column;
        PutOne(y, index, column, a);
        PutOne(y, index + 1, column + 1, b);
    }

    void PutOne(ArrayView<float> y, long index, int column, float value)
    {
        if (column >= Columns) return;
        float before = 0;
        if (Mode != StoreMode.Overwrite) before = y[index];
        y[index] = Result(value, before);
    }

    float Result(float value, float before)
    {
        if (Relu != 0) value = value < 0 ? 0 : value;
        if (Mode == StoreMode.Add) value += before;
        if (Mode == StoreMode.WherePositive) value = before > 0 ? value : 0;
        return value;
    }
}
