using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nin.Ops;

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

/// <summary>
/// How a gradient of weights, <c>[groups][rows, columns]</c> summed over the slices of a batch, is cut into pieces: blocks of rows, and
/// subtrees of the slices where blocks alone are too few for the threads. The cut changes no bit: see <see cref="SliceTree"/>.
/// </summary>
readonly struct WeightGradientPlan
{
    public const int MaxPanels = 16;

    /// <summary>Patches that are gathered before they are dealt out to the panels.</summary>
    public const int PatchesAtOnce = 16;

    /// <summary>Floats behind each panel that a copy in whole registers may overwrite.</summary>
    public const int PanelGap = 16;

    public WeightGradientPlan(WorkerPool pool, int groups, int rows, int columns, int batch)
    {
        (Groups, Rows, Columns, Slices) = (groups, rows, columns, SliceTree.Slices(batch));
        int tile = RegisterTile.Rows(pool.Width);
        int panels = Packing.CeilDivide(rows, tile);
        int wanted = pool.Threads == 1 ? 1 : 4 * pool.Threads;

        // Each block reads and packs dy anew: no more blocks than give the threads equal shares, or many.
        RowBlocks = Packing.CeilDivide(panels, MaxPanels);
        while (RowBlocks < panels && (long)Slices * groups * RowBlocks is var pieces && pieces < wanted && pieces % pool.Threads != 0)
        {
            RowBlocks++;
        }

        BlockRows = Packing.CeilDivide(panels, RowBlocks) * tile;
        RowBlocks = Packing.CeilDivide(rows, BlockRows);

        long perPiece = (long)Slices * groups * RowBlocks / wanted;
        PieceSlices = pool.Threads == 1 ? Slices : 1 << BitOperations.Log2((uint)Math.Clamp(perPiece, 1, Slices));
        Subtrees = Packing.CeilDivide(Slices, PieceSlices);

        PanelLength = (long)BlockRows * RowPanel.MaxDepth + BlockRows / tile * PanelGap + RegisterTile.MaxColumns;
        PixelLength = (long)RowPanel.MaxDepth * Packing.PaddedColumns(columns, pool.Width);
        PatchStep = BlockRows + RegisterTile.MaxColumns;
        PatchLength = PatchesAtOnce * PatchStep;
        StackLength = SliceTree.Levels(PieceSlices) * (BlockRows + 1L) * columns;
        Threads = pool.Threads;
    }

    public int Groups { get; }

    /// <summary>Rows of one group: kernel rows x kernel columns x channels.</summary>
    public int Rows { get; }

    /// <summary>Filters of one group.</summary>
    public int Columns { get; }

    public int Slices { get; }

    public int BlockRows { get; }

    public int RowBlocks { get; }

    /// <summary>Slices of one subtree, a power of two or all there are.</summary>
    public int PieceSlices { get; }

    public int Subtrees { get; }

    public int Blocks => Groups * RowBlocks;

    /// <summary>Scratch memory of one worker, in floats: the packed rows, the packed pixels, some patches, open partial sums.</summary>
    public long PanelLength { get; }

    public long PixelLength { get; }

    public int PatchStep { get; }

    public long PatchLength { get; }

    public long StackLength { get; }

    public long ScratchLength => PanelLength + PixelLength + PatchLength + StackLength;

    /// <summary>Sums of one subtree: the rows of each group, and the gradient of the bias as one more row.</summary>
    public long PartialLength => (long)Groups * (Rows + 1) * Columns;

    public long WorkspaceLength => Threads * ScratchLength + (Subtrees > 1 ? Subtrees * PartialLength : 0);

    int Threads { get; }
}

/// <summary>Where a gradient of weights goes when its sum is made: dw <c>[rows, Groups x Columns]</c> and db.</summary>
unsafe struct WeightGradientTarget
{
    public int Groups;
    public int Columns;
    public float* DW;

    /// <summary>Null where it is not asked for.</summary>
    public float* DB;

    /// <summary>True to add to what is there.</summary>
    public bool Accumulate;

    /// <summary>Stores the sums of <paramref name="count"/> rows of one group, from row <paramref name="from"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Store<TLanes>(float* sums, int group, int from, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        for (int i = 0; i < count; i++)
        {
            StoreRow<TLanes>(sums + (long)i * Columns, DW + ((long)(from + i) * Groups + group) * Columns);
        }
    }

    /// <summary>Stores the sum of the bias of one group.</summary>
    public readonly void StoreBias<TLanes>(float* sums, int group)
        where TLanes : struct, ILanes<TLanes>
    {
        if (DB is not null)
        {
            StoreRow<TLanes>(sums, DB + (long)group * Columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void StoreRow<TLanes>(float* sum, float* destination)
        where TLanes : struct, ILanes<TLanes>
    {
        if (Accumulate)
        {
            Copying.Add<TLanes>(sum, destination, Columns);
        }
        else
        {
            Copying.Copy<TLanes>(sum, destination, Columns);
        }
    }
}
