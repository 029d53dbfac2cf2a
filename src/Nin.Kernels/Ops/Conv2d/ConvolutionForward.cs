namespace Nin.Ops;

/// <summary>
/// y = act(x * w + bias) over a batch: x <c>[n, h, w, c]</c>, w <c>[kH, kW, c / groups, filters]</c>, y <c>[n, oh, ow, filters]</c>.
/// Each element of y is one accumulation in the order (kernel row, kernel column, channel), whatever the batch and the threads.
/// </summary>
/// <remarks>
/// Weights are packed apart from the run, so that a caller can keep the packed form as long as the weights stay what they are.
/// </remarks>
static unsafe class ConvolutionForward
{
    /// <summary>Floats of the packed weights.</summary>
    public static long PackedLength(WorkerPool pool, in Conv2dSizes sizes) => sizes.Groups * GroupLength(pool, sizes);

    /// <summary>Floats of scratch memory that <see cref="Run"/> needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in Conv2dSizes sizes) =>
        pool.Threads * PatchProduct.ScratchLength(pool.Width, sizes.GroupFilters, dense: true);

    /// <summary>Packs weights for <see cref="Run"/> on the same pool.</summary>
    public static void PackWeights(WorkerPool pool, in Conv2dSizes sizes, float* w, float* packed)
    {
        int depth = sizes.Kernel * sizes.Kernel * sizes.GroupChannels;
        var job = new ForwardPacking
        {
            Weights = w,
            Filters = sizes.Filters,
            Columns = sizes.GroupFilters,
            Depth = depth,
            Packed = packed,
            PackedStep = (nint)GroupLength(pool, sizes),
        };
        SimdWidth.Run(pool, sizes.Groups * job.Blocks, job);
    }

    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution.</param>
    /// <param name="batch">Samples in x and y.</param>
    /// <param name="x">Input.</param>
    /// <param name="packed">What <see cref="PackWeights"/> wrote.</param>
    /// <param name="bias">One float a filter, or null.</param>
    /// <param name="relu">True to replace what is below zero by zero.</param>
    /// <param name="y">Output; what it holds before is not read.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> floats.</param>
    public static void Run(
        WorkerPool pool, in Conv2dSizes sizes, int batch, float* x, float* packed, float* bias, bool relu, float* y, float* workspace)
    {
        var product = new PatchProduct
        {
            Patches = Windows(sizes, x),
            Target = new PixelTarget
            {
                Image = y, Height = sizes.OutHeight, Width = sizes.OutWidth, PixelStep = sizes.Filters, Stride = 1,
            },
            Pixels = (long)batch * sizes.OutHeight * sizes.OutWidth,
            Groups = sizes.Groups,
            Columns = sizes.GroupFilters,
            Packed = packed,
            PackedStep = (nint)GroupLength(pool, sizes),
            Bias = bias,
            Floor = relu ? 0 : float.NegativeInfinity,
            Scratch = workspace,
        };
        product.Run(pool);
    }

    /// <summary>The windows of a convolution over its input.</summary>
    public static Patches Windows(in Conv2dSizes sizes, float* x) => new()
    {
        Image = x,
        Height = sizes.Height,
        Width = sizes.Width,
        PixelStep = sizes.Channels,
        Channels = sizes.GroupChannels,
        TapRows = sizes.Kernel,
        TapColumns = sizes.Kernel,
        TapStep = sizes.Dilation,
        GridHeight = sizes.OutHeight,
        GridWidth = sizes.OutWidth,
        Stride = sizes.Stride,
        Top = -sizes.Padding,
        Left = -sizes.Padding,
    };

    static long GroupLength(WorkerPool pool, in Conv2dSizes sizes) =>
        (long)sizes.Kernel * sizes.Kernel * sizes.GroupChannels * Packing.PaddedColumns(sizes.GroupFilters, pool.Width);
}

/// <summary>
/// Packs weights <c>[depth, filters]</c> as B of a product, group by group. A piece is one block of the depth of one group.
/// </summary>
unsafe struct ForwardPacking : ILanesJob
{
    public float* Weights;
    public int Filters;

    /// <summary>Filters of one group.</summary>
    public int Columns;
    public int Depth;
    public float* Packed;
    public nint PackedStep;

    /// <summary>Pieces of one group.</summary>
    public readonly int Blocks => Packing.CeilDivide(Depth, Packing.BlockDepth(Depth));

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int group = index / Blocks;
        int from = index % Blocks * Packing.BlockDepth(Depth);
        int depth = Math.Min(Packing.BlockDepth(Depth), Depth - from);
        float* source = Weights + (nint)from * Filters + (nint)group * Columns;
        float* packed = Packed + group * PackedStep + (nint)from * Packing.PaddedColumns(Columns, 32 * TLanes.Count);
        PanelPacking.Pack<TLanes>(source, Filters, depth, Columns, packed, sums: null);
    }
}
