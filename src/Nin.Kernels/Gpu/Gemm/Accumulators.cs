using ILGPU;

namespace Nin.Ops;

/// <summary>
/// Float32 accumulators of eight rows by eight columns of a warp's 64 by 32: two float4s of rows and two of columns, half of that apart. A warp's
/// threads, four across and eight down, then read neighbouring float4s: no bank conflicts, whatever the tile.
/// </summary>
struct Float32Accumulators
{
    const int ThreadsAcross = 4, ColumnGap = WorkGroupBuffer.WarpColumns / 2, RowGap = WorkGroupBuffer.WarpRows / 2;

    Float8 r0, r1, r2, r3, r4, r5, r6, r7;

    /// <summary>Where a thread begins to read the left operand of a buffer, in float4s: what <c>MultiplyAdd</c> takes.</summary>
    public static int LeftPlace<TShape>()
        where TShape : struct, IWorkGroupShape => Row<TShape>() / Float4.Length;

    /// <summary>The same for the right operand.</summary>
    public static int RightPlace<TShape>()
        where TShape : struct, IWorkGroupShape => WorkGroupTile<TShape>.Right + Column<TShape>() / Float4.Length;

    /// <summary>Adds the products of a buffer.</summary>
    /// <param name="shared">Shared memory.</param>
    /// <param name="buffer">Where the buffer begins.</param>
    /// <param name="left">Its <c>LeftPlace</c>.</param>
    /// <param name="right">Its <c>RightPlace</c>.</param>
    public void MultiplyAdd<TShape>(ArrayView<Float4> shared, int buffer, int left, int right)
        where TShape : struct, IWorkGroupShape
    {
        int leftStep = WorkGroupTile<TShape>.LeftStep, rightStep = WorkGroupTile<TShape>.ColumnVectors;
        ref Float4 rows = ref shared[buffer + left], columns = ref shared[buffer + right];
        // ILGPU unrolls nothing, and a loop inside the loop over buffers would copy all sums before and after it.
        Step(ref rows, 0, ref columns, 0);
        Step(ref rows, leftStep, ref columns, rightStep);
        Step(ref rows, 2 * leftStep, ref columns, 2 * rightStep);
        Step(ref rows, 3 * leftStep, ref columns, 3 * rightStep);
        Step(ref rows, 4 * leftStep, ref columns, 4 * rightStep);
        Step(ref rows, 5 * leftStep, ref columns, 5 * rightStep);
        Step(ref rows, 6 * leftStep, ref columns, 6 * rightStep);
        Step(ref rows, 7 * leftStep, ref columns, 7 * rightStep);
    }

    /// <summary>The epilogue of the thread's share of the tile.</summary>
    public readonly void Store<TShape>(OutputTile output, ArrayView<float> bias, ArrayView<float> y)
        where TShape : struct, IWorkGroupShape
    {
        int row = Row<TShape>(), column = Column<TShape>();
        Float8 shift;
        shift.S0 = output.Bias(bias, column);
        shift.S1 = output.Bias(bias, column + 1);
        shift.S2 = output.Bias(bias, column + 2);
        shift.S3 = output.Bias(bias, column + 3);
        shift.S4 = output.Bias(bias, column + ColumnGap);
        shift.S5 = output.Bias(bias, column + ColumnGap + 1);
        shift.S6 = output.Bias(bias, column + ColumnGap + 2);
        shift.S7 = output.Bias(bias, column + ColumnGap + 3);
        StoreRow(output, y, row, column, Float8.Add(r0, shift));
        StoreRow(output, y, row + 1, column, Float8.Add(r1, shift));
        StoreRow(output, y, row + 2, column, Float8.Add(r2, shift));
        StoreRow(output, y, row + 3, column, Float8.Add(r3, shift));
        StoreRow(output, y, row + RowGap, column, Float8.Add(r4, shift));
        StoreRow(output, y, row + RowGap + 1, column, Float8.Add(r5, shift));
        StoreRow(output, y, row + RowGap + 2, column, Float8.Add(r6, shift));
        StoreRow(output, y, row + RowGap + 3, column, Float8.Add(r7, shift));
    }

    static void StoreRow(OutputTile output, ArrayView<float> y, int row, int column, Float8 sums)
    {
        output.Store4(y, row, column, sums.S0, sums.S1, sums.S2, sums.S3);
        output.Store4(y, row, column + ColumnGap, sums.S4, sums.S5, sums.S6, sums.S7);
    }

    static int Row<TShape>()
        where TShape : struct, IWorkGroupShape =>
        WorkGroupTile<TShape>.WarpRow + (Group.IdxX & (WorkGroupBuffer.WarpThreads - 1)) / ThreadsAcross * Float4.Length;

    static int Column<TShape>()
        where TShape : struct, IWorkGroupShape =>
        WorkGroupTile<TShape>.WarpColumn + (Group.IdxX & (ThreadsAcross - 1)) * Float4.Length;

    void Step(ref Float4 left, int leftOffset, ref Float4 right, int rightOffset)
    {
        Float8 rows = Join(OffsetLoad.Of(ref left, leftOffset), OffsetLoad.Of(ref left, leftOffset + RowGap / Float4.Length));
        Float8 columns = Join(OffsetLoad.Of(ref right, rightOffset), OffsetLoad.Of(ref right, rightOffset + ColumnGap / Float4.Length));
        r0 = Float8.MultiplyAdd(r0, rows.S0, columns);
        r1 = Float8.MultiplyAdd(r1, rows.S1, columns);
        r2 = Float8.MultiplyAdd(r2, rows.S2, columns);
        r3 = Float8.MultiplyAdd(r3, rows.S3, columns);
        r4 = Float8.MultiplyAdd(r4, rows.S4, columns);
        r5 = Float8.MultiplyAdd(r5, rows.S5, columns);
        r6 = Float8.MultiplyAdd(r6, rows.S6, columns);
        r7 = Float8.MultiplyAdd(r7, rows.S7, columns);
    }

    static Float8 Join(Float4 a, Float4 b)
    {
        Float8 joined;
        joined.S0 = a.S0;
        joined.S1 = a.S1;
        joined.S2 = a.S2;
        joined.S3 = a.S3;
        joined.S4 = b.S0;
        joined.S5 = b.S1;
        joined.S6 = b.S2;
        joined.S7 = b.S3;
        return joined;
    }
}
