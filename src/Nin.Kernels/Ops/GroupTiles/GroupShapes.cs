namespace Nin.Ops;

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
