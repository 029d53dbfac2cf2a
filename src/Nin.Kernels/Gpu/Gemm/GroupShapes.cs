namespace Nin.Ops;

/// <summary>
/// How the threads of a group stand over its tile, eight rows by eight columns each; a struct, so that each shape is a kernel of its own
/// whose sizes are constants. Both numbers are even, and from 8 to 16: then a thread fetches at most two blocks of four numbers of each operand.
/// </summary>
interface IGroupShape
{
    /// <summary>Threads side by side.</summary>
    static abstract int Across { get; }

    /// <summary>Threads one below the other.</summary>
    static abstract int Down { get; }
}

/// <summary>A tile of 64 rows by 64 columns.</summary>
readonly struct Group64x64 : IGroupShape
{
    public static int Across => 8;

    public static int Down => 8;
}

/// <summary>A tile of 128 rows by 96 columns.</summary>
readonly struct Group128x96 : IGroupShape
{
    public static int Across => 12;

    public static int Down => 16;
}

/// <summary>A tile of 128 rows by 128 columns.</summary>
readonly struct Group128x128 : IGroupShape
{
    public static int Across => 16;

    public static int Down => 16;
}

/// <summary>The same kernel in several shapes, each compiled when it is first chosen.</summary>
sealed class GroupShapes<TKernel>(AcceleratorDevice device, params GroupShapes<TKernel>.Shape[] shapes)
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
    public sealed class Shape(GroupArea area, Func<TKernel> create)
    {
        readonly Lazy<TKernel> kernel = new(create);

        public GroupArea Area => area;

        public TKernel Kernel => kernel.Value;
    }
}

/// <summary>The tile of a group.</summary>
/// <param name="Threads">Threads that compute it.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
readonly record struct GroupArea(int Threads, int Rows, int Columns)
{
    /// <summary>The tile of a shape.</summary>
    public static GroupArea Of<TShape>()
        where TShape : struct, IGroupShape =>
        new(TShape.Across * TShape.Down, TShape.Down * Tile8x8.Side, TShape.Across * Tile8x8.Side);

    /// <summary>Tiles that cover a matrix.</summary>
    public long Tiles(long rows, int columns) => (rows + Rows - 1) / Rows * ((columns + Columns - 1) / Columns);

    /// <summary>
    /// What the last multiprocessor to finish has to do, in its own units: the tiles that fall to it, each as long as its area, and longer
    /// where a tile is small, because each of its operands then serves fewer sums.
    /// </summary>
    public double Cost(long rows, int columns, long copies, int multiprocessors)
    {
        long turns = (Tiles(rows, columns) * copies + multiprocessors - 1) / multiprocessors;
        double operands = 1.0 / Rows + 1.0 / Columns;
        return turns * (double)Rows * Columns * (1 + 16 * operands);
    }
}
