using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>The sums of one thread: four rows (pixels) by eight neighbouring columns (channels), all in registers.</summary>
struct Tile4x8
{
    /// <summary>Rows.</summary>
    public const int Rows = 4;

    public Float8 R0, R1, R2, R3;

    /// <summary>Adds <paramref name="depth"/> products a row, in order of k: <c>R[i] += x[o(i) + k] panel[first + k]</c>.</summary>
    public static Tile4x8 Accumulate(
        Tile4x8 sum, ArrayView<float> x, long o0, long o1, long o2, long o3, ArrayView<Float8> panel, long first, int depth)
    {
        for (int k = 0; k < depth; k++)
        {
            Float8 w = panel[first + k];
            sum.R0 = Float8.MultiplyAdd(sum.R0, x[o0 + k], w);
            sum.R1 = Float8.MultiplyAdd(sum.R1, x[o1 + k], w);
            sum.R2 = Float8.MultiplyAdd(sum.R2, x[o2 + k], w);
            sum.R3 = Float8.MultiplyAdd(sum.R3, x[o3 + k], w);
        }

        return sum;
    }

    /// <summary>
    /// The same, where a row whose offset is negative lies in the padding and counts as zeros. A bit mask and no branch: a branch a row
    /// would keep compilers from vectorising the columns.
    /// </summary>
    public static Tile4x8 AccumulateInside(
        Tile4x8 sum, ArrayView<float> x, long o0, long o1, long o2, long o3, ArrayView<Float8> panel, long first, int depth)
    {
        int m0 = o0 < 0 ? 0 : -1, m1 = o1 < 0 ? 0 : -1, m2 = o2 < 0 ? 0 : -1, m3 = o3 < 0 ? 0 : -1;
        o0 = o0 < 0 ? 0 : o0;
        o1 = o1 < 0 ? 0 : o1;
        o2 = o2 < 0 ? 0 : o2;
        o3 = o3 < 0 ? 0 : o3;
        for (int k = 0; k < depth; k++)
        {
            Float8 w = panel[first + k];
            sum.R0 = Float8.MultiplyAdd(sum.R0, Masked(x[o0 + k], m0), w);
            sum.R1 = Float8.MultiplyAdd(sum.R1, Masked(x[o1 + k], m1), w);
            sum.R2 = Float8.MultiplyAdd(sum.R2, Masked(x[o2 + k], m2), w);
            sum.R3 = Float8.MultiplyAdd(sum.R3, Masked(x[o3 + k], m3), w);
        }

        return sum;
    }

    /// <summary>
    /// A product's four rows by eight columns. Rows behind the last one stand for that, and are not to be stored.
    /// </summary>
    /// <param name="x">Rows of <paramref name="depth"/> elements.</param>
    /// <param name="first">Number of the first of the four rows.</param>
    /// <param name="rows">Rows from there on that there are, at least one.</param>
    /// <param name="depth">Elements that are summed.</param>
    /// <param name="panels">Weights.</param>
    /// <param name="column">The first of the eight columns.</param>
    public static Tile4x8 Product(ArrayView<float> x, long first, int rows, int depth, ArrayView<Float8> panels, int column)
    {
        int last = rows - 1;
        long origin = first * depth;
        return Accumulate(
            default, x, origin, origin + (last < 1 ? last : 1) * depth, origin + (last < 2 ? last : 2) * depth,
            origin + (last < 3 ? last : 3) * depth, panels, (long)(column / Float8.Length) * depth, depth);
    }

    /// <summary>Adds the bias to each row, and applies the ReLU.</summary>
    public static Tile4x8 Finish(Tile4x8 sum, Float8 bias, bool relu)
    {
        sum.R0 = Float8.Add(sum.R0, bias);
        sum.R1 = Float8.Add(sum.R1, bias);
        sum.R2 = Float8.Add(sum.R2, bias);
        sum.R3 = Float8.Add(sum.R3, bias);
        if (!relu) return sum;
        sum.R0 = Float8.Relu(sum.R0);
        sum.R1 = Float8.Relu(sum.R1);
        sum.R2 = Float8.Relu(sum.R2);
        sum.R3 = Float8.Relu(sum.R3);
        return sum;
    }

    /// <summary>Zeros where the element of <paramref name="y"/> at the same place is not positive.</summary>
    public readonly Tile4x8 MaskByPositive(ArrayView<float> y, long index, long stride, long rows, int columns)
    {
        Tile4x8 result = this;
        result.R0 = Float8.MaskByPositive(R0, Float8.Load(y, index, columns));
        if (rows > 1) result.R1 = Float8.MaskByPositive(R1, Float8.Load(y, index + stride, columns));
        if (rows > 2) result.R2 = Float8.MaskByPositive(R2, Float8.Load(y, index + 2 * stride, columns));
        if (rows > 3) result.R3 = Float8.MaskByPositive(R3, Float8.Load(y, index + 3 * stride, columns));
        return result;
    }

    /// <summary>Writes the first <paramref name="rows"/> by <paramref name="columns"/> elements, rows <paramref name="stride"/> apart.</summary>
    public readonly void Store(ArrayView<float> y, long index, long stride, long rows, int columns)
    {
        R0.Store(y, index, columns);
        if (rows > 1) R1.Store(y, index + stride, columns);
        if (rows > 2) R2.Store(y, index + 2 * stride, columns);
        if (rows > 3) R3.Store(y, index + 3 * stride, columns);
    }

    /// <summary>Adds the first <paramref name="rows"/> by <paramref name="columns"/> elements to what stands there.</summary>
    public readonly void AddTo(ArrayView<float> y, long index, long stride, long rows, int columns)
    {
        Float8.Add(Float8.Load(y, index, columns), R0).Store(y, index, columns);
        if (rows > 1) Float8.Add(Float8.Load(y, index + stride, columns), R1).Store(y, index + stride, columns);
        if (rows > 2) Float8.Add(Float8.Load(y, index + 2 * stride, columns), R2).Store(y, index + 2 * stride, columns);
        if (rows > 3) Float8.Add(Float8.Load(y, index + 3 * stride, columns), R3).Store(y, index + 3 * stride, columns);
    }

    static float Masked(float value, int mask) => Interop.IntAsFloat((uint)(unchecked((int)Interop.FloatAsInt(value)) & mask));
}
