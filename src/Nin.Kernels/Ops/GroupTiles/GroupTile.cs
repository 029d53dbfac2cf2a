using ILGPU.Runtime;

namespace Nin.Ops;

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
