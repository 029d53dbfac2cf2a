using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// The accumulators of one thread: eight rows (pixels) by eight neighbouring columns (channels), all in registers. Eight independent chains of
/// multiply-adds keep two FMA units with a latency of four busy.
/// </summary>
struct ThreadTile
{
    /// <summary>Rows.</summary>
    public const int Rows = 8;

    public Float8 R0, R1, R2, R3, R4, R5, R6, R7;

    /// <summary>Adds <paramref name="depth"/> products per row, in order of k: <c>R[i] += x[o.Oi + k] panel[first + k]</c>.</summary>
    public static ThreadTile Accumulate(ThreadTile sum, ArrayView<float> x, RowOffsets o, ArrayView<Float8> panel, long first, int depth)
    {
        for (int k = 0; k < depth; k++) sum = Add(sum, x, k, o, panel[first + k]);
        return sum;
    }

    /// <summary>
    /// The same, where a row whose offset is negative is in the padding and counts as zeros. A bit mask and no branch: a branch per row
    /// would keep compilers from vectorising the columns.
    /// </summary>
    public static ThreadTile AccumulateInside(ThreadTile sum, ArrayView<float> x, RowOffsets o, ArrayView<Float8> panel, long first, int depth)
    {
        RowOffsets mask = o.Inside, source = o.Clamped;
        for (int k = 0; k < depth; k++)
        {
            Float8 w = panel[first + k];
            sum.R0 = Float8.MultiplyAdd(sum.R0, Masked(x[source.O0 + k], mask.O0), w);
            sum.R1 = Float8.MultiplyAdd(sum.R1, Masked(x[source.O1 + k], mask.O1), w);
            sum.R2 = Float8.MultiplyAdd(sum.R2, Masked(x[source.O2 + k], mask.O2), w);
            sum.R3 = Float8.MultiplyAdd(sum.R3, Masked(x[source.O3 + k], mask.O3), w);
            sum.R4 = Float8.MultiplyAdd(sum.R4, Masked(x[source.O4 + k], mask.O4), w);
            sum.R5 = Float8.MultiplyAdd(sum.R5, Masked(x[source.O5 + k], mask.O5), w);
            sum.R6 = Float8.MultiplyAdd(sum.R6, Masked(x[source.O6 + k], mask.O6), w);
            sum.R7 = Float8.MultiplyAdd(sum.R7, Masked(x[source.O7 + k], mask.O7), w);
        }

        return sum;
    }

    /// <summary>Rows as they are in memory.</summary>
    public static ThreadTile Load(ArrayView<float> y, RowOffsets o)
    {
        ThreadTile r;
        r.R0 = Float8.Load(y, o.O0);
        r.R1 = Float8.Load(y, o.O1);
        r.R2 = Float8.Load(y, o.O2);
        r.R3 = Float8.Load(y, o.O3);
        r.R4 = Float8.Load(y, o.O4);
        r.R5 = Float8.Load(y, o.O5);
        r.R6 = Float8.Load(y, o.O6);
        r.R7 = Float8.Load(y, o.O7);
        return r;
    }

    /// <summary>Adds one product per row: <c>R[i] += x[index + o.Oi] w</c>.</summary>
    public static ThreadTile Add(ThreadTile sum, ArrayView<float> x, long index, RowOffsets o, Float8 w)
    {
        sum.R0 = Float8.MultiplyAdd(sum.R0, x[index + o.O0], w);
        sum.R1 = Float8.MultiplyAdd(sum.R1, x[index + o.O1], w);
        sum.R2 = Float8.MultiplyAdd(sum.R2, x[index + o.O2], w);
        sum.R3 = Float8.MultiplyAdd(sum.R3, x[index + o.O3], w);
        sum.R4 = Float8.MultiplyAdd(sum.R4, x[index + o.O4], w);
        sum.R5 = Float8.MultiplyAdd(sum.R5, x[index + o.O5], w);
        sum.R6 = Float8.MultiplyAdd(sum.R6, x[index + o.O6], w);
        sum.R7 = Float8.MultiplyAdd(sum.R7, x[index + o.O7], w);
        return sum;
    }

    /// <summary>Adds the bias to each row, and applies the ReLU.</summary>
    public static ThreadTile Finish(ThreadTile sum, Float8 bias, bool relu)
    {
        sum.R0 = Float8.Add(sum.R0, bias);
        sum.R1 = Float8.Add(sum.R1, bias);
        sum.R2 = Float8.Add(sum.R2, bias);
        sum.R3 = Float8.Add(sum.R3, bias);
        sum.R4 = Float8.Add(sum.R4, bias);
        sum.R5 = Float8.Add(sum.R5, bias);
        sum.R6 = Float8.Add(sum.R6, bias);
        sum.R7 = Float8.Add(sum.R7, bias);
        if (!relu) return sum;
        sum.R0 = Float8.Relu(sum.R0);
        sum.R1 = Float8.Relu(sum.R1);
        sum.R2 = Float8.Relu(sum.R2);
        sum.R3 = Float8.Relu(sum.R3);
        sum.R4 = Float8.Relu(sum.R4);
        sum.R5 = Float8.Relu(sum.R5);
        sum.R6 = Float8.Relu(sum.R6);
        sum.R7 = Float8.Relu(sum.R7);
        return sum;
    }

    /// <summary>Zeros where the element of <paramref name="y"/> at the same place is not positive.</summary>
    public readonly ThreadTile MaskByPositive(ArrayView<float> y, long index, long stride, long rows, int columns)
    {
        ThreadTile result = this;
        result.R0 = Float8.MaskByPositive(R0, Float8.Load(y, index, columns));
        if (rows > 1) result.R1 = Float8.MaskByPositive(R1, Float8.Load(y, index + stride, columns));
        if (rows > 2) result.R2 = Float8.MaskByPositive(R2, Float8.Load(y, index + 2 * stride, columns));
        if (rows > 3) result.R3 = Float8.MaskByPositive(R3, Float8.Load(y, index + 3 * stride, columns));
        if (rows > 4) result.R4 = Float8.MaskByPositive(R4, Float8.Load(y, index + 4 * stride, columns));
        if (rows > 5) result.R5 = Float8.MaskByPositive(R5, Float8.Load(y, index + 5 * stride, columns));
        if (rows > 6) result.R6 = Float8.MaskByPositive(R6, Float8.Load(y, index + 6 * stride, columns));
        if (rows > 7) result.R7 = Float8.MaskByPositive(R7, Float8.Load(y, index + 7 * stride, columns));
        return result;
    }

    /// <summary>The first <paramref name="rows"/> by <paramref name="columns"/> elements, rows <paramref name="stride"/> apart; zeros after them.</summary>
    public static ThreadTile Load(ArrayView<float> y, long index, long stride, long rows, int columns)
    {
        ThreadTile r = default;
        r.R0 = Float8.Load(y, index, columns);
        if (rows > 1) r.R1 = Float8.Load(y, index + stride, columns);
        if (rows > 2) r.R2 = Float8.Load(y, index + 2 * stride, columns);
        if (rows > 3) r.R3 = Float8.Load(y, index + 3 * stride, columns);
        if (rows > 4) r.R4 = Float8.Load(y, index + 4 * stride, columns);
        if (rows > 5) r.R5 = Float8.Load(y, index + 5 * stride, columns);
        if (rows > 6) r.R6 = Float8.Load(y, index + 6 * stride, columns);
        if (rows > 7) r.R7 = Float8.Load(y, index + 7 * stride, columns);
        return r;
    }

    /// <summary>Writes the first <paramref name="rows"/> by <paramref name="columns"/> elements, rows <paramref name="stride"/> apart.</summary>
    public readonly void Store(ArrayView<float> y, long index, long stride, long rows, int columns)
    {
        R0.Store(y, index, columns);
        if (rows > 1) R1.Store(y, index + stride, columns);
        if (rows > 2) R2.Store(y, index + 2 * stride, columns);
        if (rows > 3) R3.Store(y, index + 3 * stride, columns);
        if (rows > 4) R4.Store(y, index + 4 * stride, columns);
        if (rows > 5) R5.Store(y, index + 5 * stride, columns);
        if (rows > 6) R6.Store(y, index + 6 * stride, columns);
        if (rows > 7) R7.Store(y, index + 7 * stride, columns);
    }

    /// <summary>Adds the first <paramref name="rows"/> by <paramref name="columns"/> elements to the old content.</summary>
    public readonly void AddTo(ArrayView<float> y, long index, long stride, long rows, int columns)
    {
        AddRow(R0, y, index, columns);
        if (rows > 1) AddRow(R1, y, index + stride, columns);
        if (rows > 2) AddRow(R2, y, index + 2 * stride, columns);
        if (rows > 3) AddRow(R3, y, index + 3 * stride, columns);
        if (rows > 4) AddRow(R4, y, index + 4 * stride, columns);
        if (rows > 5) AddRow(R5, y, index + 5 * stride, columns);
        if (rows > 6) AddRow(R6, y, index + 6 * stride, columns);
        if (rows > 7) AddRow(R7, y, index + 7 * stride, columns);
    }

    static void AddRow(Float8 sum, ArrayView<float> y, long index, int columns) => Float8.Add(Float8.Load(y, index, columns), sum).Store(y, index, columns);

    static float Masked(float value, long mask) => Interop.IntAsFloat((uint)(unchecked((int)Interop.FloatAsInt(value)) & (int)mask));
}

/// <summary>Where the eight rows of a <see cref="ThreadTile"/> begin; a negative one is outside of the source.</summary>
struct RowOffsets
{
    public long O0, O1, O2, O3, O4, O5, O6, O7;

    /// <summary>Rows <paramref name="stride"/> apart; rows after number <paramref name="last"/> repeat it.</summary>
    public static RowOffsets Of(long origin, long stride, int last)
    {
        RowOffsets r;
        r.O0 = origin;
        r.O1 = origin + (last < 1 ? last : 1) * stride;
        r.O2 = origin + (last < 2 ? last : 2) * stride;
        r.O3 = origin + (last < 3 ? last : 3) * stride;
        r.O4 = origin + (last < 4 ? last : 4) * stride;
        r.O5 = origin + (last < 5 ? last : 5) * stride;
        r.O6 = origin + (last < 6 ? last : 6) * stride;
        r.O7 = origin + (last < 7 ? last : 7) * stride;
        return r;
    }

    /// <summary>True where each row is outside.</summary>
    public readonly bool AreAllOutside => (O0 & O1 & O2 & O3 & O4 & O5 & O6 & O7) < 0;

    /// <summary>True where none is.</summary>
    public readonly bool AreAllInside => (O0 | O1 | O2 | O3 | O4 | O5 | O6 | O7) >= 0;

    /// <summary>All bits where a row is inside, no bit where it is not.</summary>
    public readonly RowOffsets Inside
    {
        get
        {
            RowOffsets r;
            r.O0 = O0 < 0 ? 0 : -1;
            r.O1 = O1 < 0 ? 0 : -1;
            r.O2 = O2 < 0 ? 0 : -1;
            r.O3 = O3 < 0 ? 0 : -1;
            r.O4 = O4 < 0 ? 0 : -1;
            r.O5 = O5 < 0 ? 0 : -1;
            r.O6 = O6 < 0 ? 0 : -1;
            r.O7 = O7 < 0 ? 0 : -1;
            return r;
        }
    }

    /// <summary>Zero instead of a negative offset, so that it can be read.</summary>
    public readonly RowOffsets Clamped
    {
        get
        {
            RowOffsets r;
            r.O0 = O0 < 0 ? 0 : O0;
            r.O1 = O1 < 0 ? 0 : O1;
            r.O2 = O2 < 0 ? 0 : O2;
            r.O3 = O3 < 0 ? 0 : O3;
            r.O4 = O4 < 0 ? 0 : O4;
            r.O5 = O5 < 0 ? 0 : O5;
            r.O6 = O6 < 0 ? 0 : O6;
            r.O7 = O7 < 0 ? 0 : O7;
            return r;
        }
    }
}
