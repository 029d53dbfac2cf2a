using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// The sums that a thread keeps of its group's tile, and how it multiplies: a mutable struct of named numbers, so that each way is a kernel of
/// its own whose sums stay in registers.
/// </summary>
interface IGroupSums
{
    /// <summary>Blocks of four floats that stand free behind each step of k of the left operand, so that a warp's reads hit all banks.</summary>
    static abstract int LeftPad { get; }

    /// <summary>The same of the right operand.</summary>
    static abstract int RightPad { get; }

    /// <summary>Adds the products of a buffer.</summary>
    void Add<TShape>(ArrayView<Float4> shared, int buffer)
        where TShape : struct, IGroupShape;

    /// <summary>Writes the thread's share of the tile.</summary>
    void Put<TShape>(GroupTarget target, ArrayView<float> bias, ArrayView<float> y)
        where TShape : struct, IGroupShape;
}

/// <summary>
/// The tile of a group, and where its operands lie in shared memory: two buffers, one read while the other is written. In each, eight steps of
/// k: <c>[8][rows + pad]</c> of the left operand, then <c>[8][columns + pad]</c> of the right one.
/// </summary>
static class GroupTile<TShape, TSums>
    where TShape : struct, IGroupShape
    where TSums : struct, IGroupSums
{
    /// <summary>Steps of k in a buffer.</summary>
    public const int Depth = 8;

    public static int Threads => TShape.Across * TShape.Down;

    /// <summary>What a kernel may count on at most, and the groups of it that a multiprocessor should hold: 128 registers a thread.</summary>
    public static KernelSpecialization Specialization => new(Threads, 512 / Threads);

    public static int Rows => TShape.Down * Tile8x8.Side;

    public static int Columns => TShape.Across * Tile8x8.Side;

    /// <summary>Blocks of four rows.</summary>
    public static int RowQuads => TShape.Down * 2;

    /// <summary>Blocks of four columns.</summary>
    public static int ColumnQuads => TShape.Across * 2;

    /// <summary>Blocks of four floats from a step of k to the next, left operand.</summary>
    public static int LeftStep => RowQuads + TSums.LeftPad;

    /// <summary>Blocks of four floats from a step of k to the next, right operand.</summary>
    public static int RightStep => ColumnQuads + TSums.RightPad;

    /// <summary>Blocks of four floats of a buffer.</summary>
    public static int Buffer => Depth * (LeftStep + RightStep);

    /// <summary>The first block of the right operand in a buffer.</summary>
    public static int Right => Depth * LeftStep;
}

/// <summary>
/// Float32 sums of eight rows by eight columns. The rows are neighbours; the columns are two runs of four, half a tile apart: neighbouring threads
/// then read neighbouring blocks.
/// </summary>
struct Tile8x8 : IGroupSums
{
    /// <summary>Rows, and columns.</summary>
    public const int Side = 8;

    Float8 r0, r1, r2, r3, r4, r5, r6, r7;

    /// <summary>For the writes of the left operand, which transpose it: with it they hit different banks.</summary>
    public static int LeftPad => 1;

    public static int RightPad => 0;

    public void Add<TShape>(ArrayView<Float4> shared, int buffer)
        where TShape : struct, IGroupShape
    {
        int leftStep = GroupTile<TShape, Tile8x8>.LeftStep, rightStep = GroupTile<TShape, Tile8x8>.RightStep;
        int left = buffer + Group.IdxX / TShape.Across * 2;
        int right = buffer + GroupTile<TShape, Tile8x8>.Right + Group.IdxX % TShape.Across;
        // Four steps a turn: ILGPU unrolls nothing.
        for (int k = 0; k < GroupTile<TShape, Tile8x8>.Depth; k += 4)
        {
            Step<TShape>(shared, left, right);
            Step<TShape>(shared, left + leftStep, right + rightStep);
            Step<TShape>(shared, left + 2 * leftStep, right + 2 * rightStep);
            Step<TShape>(shared, left + 3 * leftStep, right + 3 * rightStep);
            left += 4 * leftStep;
            right += 4 * rightStep;
        }
    }

    public readonly void Put<TShape>(GroupTarget target, ArrayView<float> bias, ArrayView<float> y)
        where TShape : struct, IGroupShape
    {
        int row = Group.IdxX / TShape.Across * Side, column = Group.IdxX % TShape.Across * Float4.Length, gap = TShape.Across * Float4.Length;
        Float8 shift;
        shift.S0 = target.Shift(bias, column);
        shift.S1 = target.Shift(bias, column + 1);
        shift.S2 = target.Shift(bias, column + 2);
        shift.S3 = target.Shift(bias, column + 3);
        shift.S4 = target.Shift(bias, column + gap);
        shift.S5 = target.Shift(bias, column + gap + 1);
        shift.S6 = target.Shift(bias, column + gap + 2);
        shift.S7 = target.Shift(bias, column + gap + 3);
        PutRow(target, y, row, column, gap, Float8.Add(r0, shift));
        PutRow(target, y, row + 1, column, gap, Float8.Add(r1, shift));
        PutRow(target, y, row + 2, column, gap, Float8.Add(r2, shift));
        PutRow(target, y, row + 3, column, gap, Float8.Add(r3, shift));
        PutRow(target, y, row + 4, column, gap, Float8.Add(r4, shift));
        PutRow(target, y, row + 5, column, gap, Float8.Add(r5, shift));
        PutRow(target, y, row + 6, column, gap, Float8.Add(r6, shift));
        PutRow(target, y, row + 7, column, gap, Float8.Add(r7, shift));
    }

    static void PutRow(GroupTarget target, ArrayView<float> y, int row, int column, int gap, Float8 sums)
    {
        target.PutQuad(y, row, column, sums.S0, sums.S1, sums.S2, sums.S3);
        target.PutQuad(y, row, column + gap, sums.S4, sums.S5, sums.S6, sums.S7);
    }

    void Step<TShape>(ArrayView<Float4> shared, int left, int right)
        where TShape : struct, IGroupShape
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
