using ILGPU;

namespace Nin.Ops;

/// <summary>
/// A thread's accumulators of its work-group's tile, and how it multiplies: a mutable struct of named floats, so that each way is a
/// kernel of its own whose sums stay in registers.
/// </summary>
interface IAccumulators
{
    /// <summary>Padding, in float4s, after each step of k of the left operand, so that a warp's accesses hit all banks.</summary>
    static abstract int LeftPad { get; }

    /// <summary>The same for the right operand.</summary>
    static abstract int RightPad { get; }

    /// <summary>Whether operands are split into two parts, whose fragments take twice the registers.</summary>
    static abstract bool SplitsOperands { get; }

    /// <summary>Adds the products of a buffer.</summary>
    void MultiplyAdd<TShape>(ArrayView<Float4> shared, int buffer)
        where TShape : struct, IWorkGroupShape;

    /// <summary>The epilogue of the thread's share of the tile.</summary>
    void Store<TShape>(OutputTile output, ArrayView<float> bias, ArrayView<float> y)
        where TShape : struct, IWorkGroupShape;
}

/// <summary>
/// Float32 accumulators of eight rows by eight columns. The rows are neighbours; the columns are two float4s, half a tile apart: neighbouring
/// threads then read neighbouring float4s.
/// </summary>
struct Float32Accumulators : IAccumulators
{
    Float8 r0, r1, r2, r3, r4, r5, r6, r7;

    /// <summary>For the writes of the left operand, which transpose it: with padding they hit different banks.</summary>
    public static int LeftPad => 1;

    public static int RightPad => 0;

    public static bool SplitsOperands => false;

    public void MultiplyAdd<TShape>(ArrayView<Float4> shared, int buffer)
        where TShape : struct, IWorkGroupShape
    {
        int leftStep = WorkGroupTile<TShape, Float32Accumulators>.LeftStep, rightStep = WorkGroupTile<TShape, Float32Accumulators>.RightStep;
        int left = buffer + Group.IdxX / TShape.Across * 2;
        int right = buffer + WorkGroupTile<TShape, Float32Accumulators>.Right + Group.IdxX % TShape.Across;
        // Four steps per iteration: ILGPU unrolls nothing.
        for (int k = 0; k < WorkGroupBuffer.Depth; k += 4)
        {
            Step<TShape>(shared, left, right);
            Step<TShape>(shared, left + leftStep, right + rightStep);
            Step<TShape>(shared, left + 2 * leftStep, right + 2 * rightStep);
            Step<TShape>(shared, left + 3 * leftStep, right + 3 * rightStep);
            left += 4 * leftStep;
            right += 4 * rightStep;
        }
    }

    public readonly void Store<TShape>(OutputTile output, ArrayView<float> bias, ArrayView<float> y)
        where TShape : struct, IWorkGroupShape
    {
        int row = Group.IdxX / TShape.Across * WorkGroupBuffer.Side, column = Group.IdxX % TShape.Across * Float4.Length;
        int gap = TShape.Across * Float4.Length;
        Float8 shift;
        shift.S0 = output.Bias(bias, column);
        shift.S1 = output.Bias(bias, column + 1);
        shift.S2 = output.Bias(bias, column + 2);
        shift.S3 = output.Bias(bias, column + 3);
        shift.S4 = output.Bias(bias, column + gap);
        shift.S5 = output.Bias(bias, column + gap + 1);
        shift.S6 = output.Bias(bias, column + gap + 2);
        shift.S7 = output.Bias(bias, column + gap + 3);
        StoreRow(output, y, row, column, gap, Float8.Add(r0, shift));
        StoreRow(output, y, row + 1, column, gap, Float8.Add(r1, shift));
        StoreRow(output, y, row + 2, column, gap, Float8.Add(r2, shift));
        StoreRow(output, y, row + 3, column, gap, Float8.Add(r3, shift));
        StoreRow(output, y, row + 4, column, gap, Float8.Add(r4, shift));
        StoreRow(output, y, row + 5, column, gap, Float8.Add(r5, shift));
        StoreRow(output, y, row + 6, column, gap, Float8.Add(r6, shift));
        StoreRow(output, y, row + 7, column, gap, Float8.Add(r7, shift));
    }

    static void StoreRow(OutputTile output, ArrayView<float> y, int row, int column, int gap, Float8 sums)
    {
        output.Store4(y, row, column, sums.S0, sums.S1, sums.S2, sums.S3);
        output.Store4(y, row, column + gap, sums.S4, sums.S5, sums.S6, sums.S7);
    }

    void Step<TShape>(ArrayView<Float4> shared, int left, int right)
        where TShape : struct, IWorkGroupShape
    {
        Float8 rows = Join(shared[left], shared[left + 1]), columns = Join(shared[right], shared[right + TShape.Across]);
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
