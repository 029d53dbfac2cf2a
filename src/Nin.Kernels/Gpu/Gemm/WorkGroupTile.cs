using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// The tile of a work-group; a struct, so that each shape is a kernel of its own whose sizes are constants. Rows are a multiple of 64, columns of 32.
/// </summary>
interface IWorkGroupShape
{
    static abstract int Rows { get; }

    static abstract int Columns { get; }
}

/// <summary>A tile of 64 rows by 64 columns.</summary>
readonly struct WorkGroup64x64 : IWorkGroupShape
{
    public static int Rows => 64;

    public static int Columns => 64;
}

/// <summary>A tile of 128 rows by 96 columns.</summary>
readonly struct WorkGroup128x96 : IWorkGroupShape
{
    public static int Rows => 128;

    public static int Columns => 96;
}

/// <summary>A tile of 128 rows by 128 columns.</summary>
readonly struct WorkGroup128x128 : IWorkGroupShape
{
    public static int Rows => 128;

    public static int Columns => 128;
}

/// <summary>What all tiles share, and the layout of packed weights with them.</summary>
static class WorkGroupBuffer
{
    /// <summary>Steps of k in a buffer of shared memory.</summary>
    public const int Depth = 8;

    /// <summary>Threads that share a part of the tile, as a warp on NVIDIA's GPUs, and the rows and columns of that part.</summary>
    public const int WarpThreads = 32, WarpRows = 64, WarpColumns = 32;

    /// <summary>
    /// A quotient, of a thread's number by a constant of up to 64 or of 256 threads by one of up to 256, as a product: ILGPU moves what it is used for into loops, and NVIDIA's assembler makes
    /// thirty instructions of a division.
    /// </summary>
    public static int Divide(int thread, int divisor) => thread * ((65536 + divisor - 1) / divisor) >> 16;
}

/// <summary>
/// The tile of a work-group, and where its operands lie in shared memory: double-buffered, one buffer is read while the other is written. In each, eight steps of
/// k: <c>[8][rows + pad]</c> of the left operand, then <c>[8][columns]</c> of the right one. Places and steps count float4s.
/// </summary>
static class WorkGroupTile<TShape>
    where TShape : struct, IWorkGroupShape
{
    // After each step of k of the left operand: a warp that transposes writes 16 rows of two steps, which then hit different banks.
    const int LeftPad = 1;

    /// <summary>Threads: <see cref="WorkGroupBuffer.WarpThreads"/> for each part of the tile. A thread prefetches one or two float4s of each operand.</summary>
    public static int Threads => TShape.Rows / WorkGroupBuffer.WarpRows * WarpsAcross * WorkGroupBuffer.WarpThreads;

    /// <summary>
    /// Launch bounds, the most threads of a work-group and the fewest work-groups that a multiprocessor should hold: 128 registers per thread, and 168 in the smaller tiles, of which
    /// a thread prefetches more.
    /// </summary>
    public static KernelSpecialization Specialization => new(Threads, (Threads < 256 ? 384 : 512) / Threads);

    static int WarpsAcross => TShape.Columns / WorkGroupBuffer.WarpColumns;

    /// <summary>Float4s of the rows.</summary>
    public static int RowVectors => TShape.Rows / Float4.Length;

    /// <summary>Float4s of the columns, and from a step of k to the next of the right operand.</summary>
    public static int ColumnVectors => TShape.Columns / Float4.Length;

    /// <summary>From a step of k to the next of the left operand.</summary>
    public static int LeftStep => RowVectors + LeftPad;

    /// <summary>The right operand's place in a buffer.</summary>
    public static int Right => WorkGroupBuffer.Depth * LeftStep;

    /// <summary>Length of a buffer.</summary>
    public static int Buffer => WorkGroupBuffer.Depth * (LeftStep + ColumnVectors);

    /// <summary>The first row of the tile that a thread's warp computes.</summary>
    public static int WarpRow => WorkGroupBuffer.Divide(Group.IdxX / WorkGroupBuffer.WarpThreads, WarpsAcross) * WorkGroupBuffer.WarpRows;

    /// <summary>The first column of the tile that a thread's warp computes.</summary>
    public static int WarpColumn => (Group.IdxX / WorkGroupBuffer.WarpThreads - WarpRow / WorkGroupBuffer.WarpRows * WarpsAcross) * WorkGroupBuffer.WarpColumns;

    /// <summary>The step of k at which a thread prefetches its first float4 of the right operand.</summary>
    public static int RightRow => WorkGroupBuffer.Divide(Group.IdxX, ColumnVectors);

    /// <summary>Which float4 of its columns it prefetches.</summary>
    public static int RightColumn => Group.IdxX - RightRow * ColumnVectors;

    /// <summary>Whether a thread prefetches a second float4 of the right operand.</summary>
    public static bool HasSecondRight => WorkGroupBuffer.Depth * ColumnVectors > Threads;

    /// <summary>Whether some threads prefetch a second float4 of the left operand.</summary>
    public static bool HasSecondLeft => WorkGroupBuffer.Depth * RowVectors > Threads;

    /// <summary>Steps of k from the first to the second.</summary>
    public static int RightGap => Threads / ColumnVectors;

    /// <summary>Where a thread writes its first float4 of the right operand, which has the same order in shared memory as in global memory.</summary>
    public static int RightPlace => Right + RightRow * ColumnVectors + RightColumn;

    /// <summary>Writes a thread's share of the right operand.</summary>
    /// <param name="shared">Shared memory.</param>
    /// <param name="place">The buffer's place and <see cref="RightPlace"/>.</param>
    /// <param name="prefetched">The share.</param>
    public static void StoreRight(ArrayView<Float4> shared, int place, PrefetchRegisters prefetched)
    {
        shared[place] = prefetched.Right0;
        if (HasSecondRight) shared[place + RightGap * ColumnVectors] = prefetched.Right1;
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
    // How many launches of smaller results use a shape that is already compiled before one is compiled for them: enough for the last batches of many epochs, too few for a service.
    const int Patience = 64;

    readonly Shape[] shapes = [.. shapes.Where(s => s.Area.Threads <= device.Accelerator.MaxNumThreadsPerGroup)];
    readonly Lock gate = new();
    readonly Dictionary<int, (long Largest, int Smaller)> seen = [];

    /// <summary>
    /// The shape that should finish first. A result that is smaller than an earlier one with as many columns, as in an epoch's last batch, uses a shape that is
    /// already compiled, rather than have one compiled for it alone: every shape sums in the same order, to the same bits.
    /// </summary>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="columns">Columns of one copy.</param>
    /// <param name="copies">Results of this size that a launch computes.</param>
    public TKernel Best(long rows, int columns, long copies)
    {
        lock (gate)
        {
            var best = Cheapest(rows, columns, copies, ofLoaded: false);
            var (largest, smaller) = seen.GetValueOrDefault(columns);
            if (rows * copies >= largest) largest = rows * copies;
            else if (!best.IsLoaded && smaller++ < Patience) best = Cheapest(rows, columns, copies, ofLoaded: true);
            seen[columns] = (largest, smaller);
            return best.Kernel;
        }
    }

    // After a larger result at least one shape is loaded.
    Shape Cheapest(long rows, int columns, long copies, bool ofLoaded)
    {
        Shape? cheapest = null;
        double least = double.PositiveInfinity;
        foreach (var shape in shapes)
        {
            if (ofLoaded && !shape.IsLoaded) continue;
            double cost = shape.Area.Cost(rows, columns, copies, device.Accelerator.NumMultiprocessors);
            if (cost < least) (cheapest, least) = (shape, cost);
        }

        return cheapest!;
    }

    /// <summary>One shape.</summary>
    /// <param name="area">Its tile.</param>
    /// <param name="create">Loads the kernel.</param>
    public sealed class Shape(WorkGroupArea area, Func<TKernel> create)
    {
        TKernel? kernel;

        public WorkGroupArea Area => area;

        public bool IsLoaded => kernel is not null;

        public TKernel Kernel => kernel ??= create();
    }
}

/// <summary>The tile of a work-group, for the choice of one.</summary>
/// <param name="Threads">Threads that compute it.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
/// <param name="OperandCost">What reading an element of an operand costs, in multiply-adds.</param>
readonly record struct WorkGroupArea(int Threads, int Rows, int Columns, int OperandCost)
{
    /// <summary>The tile of a shape in float32.</summary>
    public static WorkGroupArea OfFloat32<TShape>()
        where TShape : struct, IWorkGroupShape =>
        new(WorkGroupTile<TShape>.Threads, TShape.Rows, TShape.Columns, OperandCost: 16);

    /// <summary>The tile of a shape on tensor cores, which multiply four times as fast or more.</summary>
    public static WorkGroupArea OfTensorCores<TShape>()
        where TShape : struct, IWorkGroupShape =>
        new(TensorTile<TShape>.Threads, TShape.Rows, TShape.Columns, OperandCost: 64);

    /// <summary>Tiles that cover a matrix.</summary>
    public long Tiles(long rows, int columns) => (rows + Rows - 1) / Rows * ((columns + Columns - 1) / Columns);

    /// <summary>
    /// What the last multiprocessor to finish has to do, in arbitrary units: the tiles that it gets, each as long as its area, and longer
    /// where a tile is small, because each element of its operands then serves fewer multiply-adds.
    /// </summary>
    public double Cost(long rows, int columns, long copies, int multiprocessors)
    {
        long turns = (Tiles(rows, columns) * copies + multiprocessors - 1) / multiprocessors;
        double operands = 1.0 / Rows + 1.0 / Columns;
        return turns * (double)Rows * Columns * (1 + OperandCost * operands);
    }
}
