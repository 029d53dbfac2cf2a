using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// How the threads of a work-group are laid out over its tile, eight rows by eight columns each; a struct, so that each shape is a kernel of its own
/// whose sizes are constants. Both numbers are even, and from 8 to 16: then a thread prefetches at most two float4s of each operand.
/// </summary>
interface IWorkGroupShape
{
    /// <summary>Threads side by side.</summary>
    static abstract int Across { get; }

    /// <summary>Threads one below the other.</summary>
    static abstract int Down { get; }
}

/// <summary>A tile of 64 rows by 64 columns.</summary>
readonly struct WorkGroup64x64 : IWorkGroupShape
{
    public static int Across => 8;

    public static int Down => 8;
}

/// <summary>A tile of 128 rows by 96 columns.</summary>
readonly struct WorkGroup128x96 : IWorkGroupShape
{
    public static int Across => 12;

    public static int Down => 16;
}

/// <summary>A tile of 128 rows by 128 columns.</summary>
readonly struct WorkGroup128x128 : IWorkGroupShape
{
    public static int Across => 16;

    public static int Down => 16;
}

/// <summary>What all tiles share, and the layout of packed weights with them.</summary>
static class WorkGroupBuffer
{
    /// <summary>Steps of k in a buffer of shared memory: as many as one tensor-core instruction multiplies.</summary>
    public const int Depth = TensorCore.Depth;

    /// <summary>Rows, and columns, of a tile that a thread computes.</summary>
    public const int Side = 8;
}

/// <summary>
/// The tile of a work-group, and where its operands lie in shared memory: two buffers, one read while the other is written. In each, eight steps of
/// k: <c>[8][rows + pad]</c> of the left operand, then <c>[8][columns + pad]</c> of the right one. Places and steps count float4s.
/// </summary>
static class WorkGroupTile<TShape, TAccumulators>
    where TShape : struct, IWorkGroupShape
    where TAccumulators : struct, IAccumulators
{
    public static int Threads => TShape.Across * TShape.Down;

    /// <summary>
    /// The threads that a kernel may have at most, and its work-groups that a multiprocessor should hold: 128 registers per thread. The small tile, of
    /// which a thread prefetches twice as much, needs 156 of them where operands are split: with two groups fewer it has them, and spills none.
    /// </summary>
    public static KernelSpecialization Specialization => new(Threads, (TAccumulators.SplitsOperands && Threads == 64 ? 384 : 512) / Threads);

    public static int Rows => TShape.Down * WorkGroupBuffer.Side;

    public static int Columns => TShape.Across * WorkGroupBuffer.Side;

    /// <summary>Float4s of the rows.</summary>
    public static int RowVectors => Rows / Float4.Length;

    /// <summary>Float4s of the columns.</summary>
    public static int ColumnVectors => Columns / Float4.Length;

    /// <summary>From a step of k to the next, left operand.</summary>
    public static int LeftStep => RowVectors + TAccumulators.LeftPad;

    /// <summary>From a step of k to the next, right operand.</summary>
    public static int RightStep => ColumnVectors + TAccumulators.RightPad;

    /// <summary>The right operand's place in a buffer.</summary>
    public static int Right => WorkGroupBuffer.Depth * LeftStep;

    /// <summary>Length of a buffer.</summary>
    public static int Buffer => WorkGroupBuffer.Depth * (LeftStep + RightStep);

    /// <summary>The step of k at which a thread prefetches its first float4 of the right operand.</summary>
    public static int RightRow => Group.IdxX / ColumnVectors;

    /// <summary>Which float4 of its columns it prefetches.</summary>
    public static int RightColumn => Group.IdxX % ColumnVectors;

    /// <summary>Whether a thread prefetches a second float4 of the right operand.</summary>
    public static bool HasSecondRight => TShape.Down < 16;

    /// <summary>Steps of k from the first to the second.</summary>
    public static int RightGap => Threads / ColumnVectors;

    /// <summary>Writes a thread's share of the right operand, which has the same order in shared memory as in global memory.</summary>
    public static void StoreRight(ArrayView<Float4> shared, int buffer, PrefetchRegisters prefetched)
    {
        int at = buffer + Right + RightRow * RightStep + RightColumn;
        shared[at] = prefetched.Right0;
        if (HasSecondRight) shared[at + RightGap * RightStep] = prefetched.Right1;
    }
}

/// <summary>A thread's share of a buffer, on its way from global to shared memory.</summary>
struct PrefetchRegisters
{
    public Float4 Left0, Left1, Right0, Right1;
}

/// <summary>The same kernel in several shapes, each compiled when it is first chosen.</summary>
sealed class WorkGroupShapes<TKernel>(AcceleratorDevice device, params WorkGroupShapes<TKernel>.Shape[] shapes)
    where TKernel : class
{
    readonly Shape[] shapes = [.. shapes.Where(s => s.Area.Threads <= device.Accelerator.MaxNumThreadsPerGroup)];

    /// <summary>The shape that should finish first.</summary>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="columns">Columns of one copy.</param>
    /// <param name="copies">Results of this size that a launch computes.</param>
    public TKernel Best(long rows, int columns, long copies) =>
        shapes.MinBy(s => s.Area.Cost(rows, columns, copies, device.Accelerator.NumMultiprocessors))!.Kernel;

    /// <summary>One shape.</summary>
    /// <param name="area">Its tile.</param>
    /// <param name="create">Loads the kernel.</param>
    public sealed class Shape(WorkGroupArea area, Func<TKernel> create)
    {
        // Not Lazy, which asks a trimmed program to keep the constructors of its type.
        readonly Lock gate = new();
        TKernel? kernel;

        public WorkGroupArea Area => area;

        public TKernel Kernel
        {
            get
            {
                lock (gate) return kernel ??= create();
            }
        }
    }
}

/// <summary>The tile of a work-group, for the choice of one.</summary>
/// <param name="Threads">Threads that compute it.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
readonly record struct WorkGroupArea(int Threads, int Rows, int Columns)
{
    /// <summary>The tile of a shape.</summary>
    public static WorkGroupArea Of<TShape>()
        where TShape : struct, IWorkGroupShape =>
        new(TShape.Across * TShape.Down, TShape.Down * WorkGroupBuffer.Side, TShape.Across * WorkGroupBuffer.Side);

    /// <summary>Tiles that cover a matrix.</summary>
    public long Tiles(long rows, int columns) => (rows + Rows - 1) / Rows * ((columns + Columns - 1) / Columns);

    /// <summary>
    /// What the last multiprocessor to finish has to do, in arbitrary units: the tiles that it gets, each as long as its area, and longer
    /// where a tile is small, because each of its operands then serves fewer sums.
    /// </summary>
    public double Cost(long rows, int columns, long copies, int multiprocessors)
    {
        long turns = (Tiles(rows, columns) * copies + multiprocessors - 1) / multiprocessors;
        double operands = 1.0 / Rows + 1.0 / Columns;
        return turns * (double)Rows * Columns * (1 + 16 * operands);
    }
}
