using Nin.Ops;

namespace Nin.Vectorized;

/// <summary>
/// dw = sum over samples and pixels of x * dy, db = sum of dy: x <c>[n, h, w, c]</c>, dy <c>[n, oh, ow, filters]</c>,
/// dw <c>[kH, kW, c / groups, filters]</c>, db <c>[filters]</c>. Each element is one accumulation over (sample, row, column) in every
/// slice of eight samples, and slices are added as the tree of <see cref="SliceTree"/>, whatever the threads.
/// </summary>
static unsafe class ConvolutionBackwardWeights
{
    /// <summary>Floats of scratch memory that <see cref="Run"/> needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in Conv2dSizes sizes, int batch) => Plan(pool, sizes, batch).WorkspaceLength;

    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution whose gradient this is.</param>
    /// <param name="batch">Samples in x and dy: at least 1.</param>
    /// <param name="x">Input.</param>
    /// <param name="dY">Gradient of the output.</param>
    /// <param name="accumulate">True to add to what dw and db hold, false to overwrite them unread.</param>
    /// <param name="dW">Gradient of the weights.</param>
    /// <param name="dB">Gradient of the bias, or null.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> floats.</param>
    public static void Run(
        WorkerPool pool, in Conv2dSizes sizes, int batch, float* x, float* dY, bool accumulate, float* dW, float* dB, float* workspace)
    {
        WeightGradientPlan plan = Plan(pool, sizes, batch);
        var gradient = new WeightGradient
        {
            Plan = plan,
            Patches = ConvolutionForward.Windows(sizes, x),
            DY = dY,
            Batch = batch,
            Scratch = workspace,
            Partials = workspace + pool.Threads * plan.ScratchLength,
            Target = new WeightGradientTarget
            {
                Groups = sizes.Groups, Columns = sizes.GroupFilters, DW = dW, DB = dB, Accumulate = accumulate,
            },
        };
        SimdWidth.Run(pool, plan.Subtrees * plan.Blocks, gradient);
        if (plan.Subtrees > 1)
        {
            SimdWidth.Run(pool, plan.Blocks, new SubtreeSum { Plan = plan, Target = gradient.Target, Partials = gradient.Partials });
        }
    }

    static WeightGradientPlan Plan(WorkerPool pool, in Conv2dSizes sizes, int batch) =>
        new(pool, sizes.Groups, sizes.Kernel * sizes.Kernel * sizes.GroupChannels, sizes.GroupFilters, batch);
}
