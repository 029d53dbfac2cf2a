using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Nin.Ops;

/// <summary>
/// dw = sum over examples and pixels of x * dy, db = sum of dy: x <c>[n, h, w, c]</c>, dy <c>[n, oh, ow, filters]</c>,
/// dw <c>[kH, kW, c / groups, filters]</c>, db <c>[filters]</c>. Each element is one accumulation over (example, row, column) in every
/// leaf of the <see cref="ReductionTree"/>, and leaves are combined as the tree says, whatever the threads.
/// </summary>
static unsafe class Wgrad
{
    // 32 MiB of floats.
    const long LargeLength = 1 << 23;

    /// <summary>Floats of scratch memory that <see cref="Run"/> needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in Conv2dSizes sizes, int batch) => new WgradPlan(pool, sizes, batch).WorkspaceLength;

    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution whose gradient this is.</param>
    /// <param name="batch">Examples in x and dy: at least 1.</param>
    /// <param name="x">Input.</param>
    /// <param name="dY">Gradient of the output.</param>
    /// <param name="accumulate">True to add to what dw and db hold, false to overwrite them unread.</param>
    /// <param name="dW">Gradient of the weights.</param>
    /// <param name="dB">Gradient of the bias, or null.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> floats.</param>
    /// <param name="normalization">Of 1x1 convolutions alone: what the forward pass did to x first.</param>
    public static void Run(
        WorkerPool pool, in Conv2dSizes sizes, int batch, float* x, float* dY, bool accumulate, float* dW, float* dB, float* workspace,
        in InputNormalization normalization = default)
    {
        var plan = new WgradPlan(pool, sizes, batch);
        var job = new WgradJob
        {
            Plan = plan,
            Rows = ConvolutionGeometry.Fprop(sizes).Im2col(x) with { Normalization = normalization },
            DY = dY,
            Scratch = workspace,
            Partials = workspace + pool.Threads * plan.ScratchLength,
            Target = new WgradTarget
            {
                Groups = plan.Groups, Columns = plan.Columns, DW = dW, DB = dB, Accumulate = accumulate, IsLarge = sizes.WeightLength >= LargeLength,
            },
        };
        SimdWidth.Run(pool, plan.Subtrees * plan.Blocks, job);
        if (plan.Subtrees > 1)
        {
            SimdWidth.Run(pool, plan.Blocks, new WgradSum { Plan = plan, Target = job.Target, Partials = job.Partials });
        }
    }
}

/// <summary>
/// How a weight gradient, <c>[groups][rows, columns]</c> summed over the leaves of a batch, is cut into pieces: blocks of rows, and
/// subtrees of the leaves where blocks alone are too few for the threads. The cut changes no bit: see <see cref="ReductionTree"/>.
/// </summary>
readonly unsafe struct WgradPlan
{
    const int MaxRows = 192;

    // Columns of a linear layer that are summed at a time.
    const int LinearColumns = 256;

    /// <summary>Im2col rows that are gathered before they are distributed to the panels.</summary>
    public const int RowsAtOnce = 16;

    /// <summary>Floats after each panel that a copy in whole registers may overwrite.</summary>
    public const int PanelGap = 16;

    public WgradPlan(WorkerPool pool, in Conv2dSizes sizes, int batch)
    {
        Tree = ReductionTree.Over(sizes.OutHeight, sizes.OutWidth);
        // A linear layer's few examples make little of a block of sums: it has to stay in the cache from leaf to leaf.
        bool isLinear = sizes is { OutHeight: 1, OutWidth: 1, Groups: 1 } && sizes.GroupFilters % LinearColumns == 0;
        ColumnBlocks = isLinear ? sizes.GroupFilters / LinearColumns : 1;
        (Groups, Rows, Columns, Batch) =
            (sizes.Groups * ColumnBlocks, (int)sizes.Window.Taps * sizes.GroupChannels, sizes.GroupFilters / ColumnBlocks, batch);
        Leaves = Tree.Leaves(batch);
        int tile = MicroKernel.Rows(pool.Width);
        int panels = Packing.CeilDivide(Rows, tile);
        int wanted = pool.Threads == 1 ? 1 : 4 * pool.Threads;

        // Each block reads and packs dy again: no more blocks than give the threads equal shares, or many.
        RowBlocks = Packing.CeilDivide(panels, MaxRows / tile);
        while (RowBlocks < panels && (long)Leaves * Groups * RowBlocks is var pieces && pieces < wanted && pieces % pool.Threads != 0)
        {
            RowBlocks++;
        }

        BlockRows = Packing.CeilDivide(panels, RowBlocks) * tile;
        RowBlocks = Packing.CeilDivide(Rows, BlockRows);

        long perPiece = (long)Leaves * Groups * RowBlocks / wanted;
        PieceLeaves = pool.Threads == 1 ? Leaves : 1 << BitOperations.Log2((uint)Math.Clamp(perPiece, 1, Leaves));
        Subtrees = Packing.CeilDivide(Leaves, PieceLeaves);

        PanelLength = (long)BlockRows * RowPanel.MaxDepth + BlockRows / tile * PanelGap + MicroKernel.MaxColumns;
        PixelLength = (long)RowPanel.MaxDepth * Packing.PaddedColumns(Columns, pool.Width);
        RowStep = BlockRows + MicroKernel.MaxColumns;
        ConvolutionGeometry g = ConvolutionGeometry.Fprop(sizes);
        IsPadded = PaddedRows.Suits(g) && Tree.LineLength == sizes.OutWidth;
        RowsLength = IsPadded
            ? new PaddedRows(null, g.SourceChannels, g.Rows.Residue(0), g.Columns.Residue(0)).Length(PaddedResults(sizes.OutHeight, sizes.OutWidth))
            : RowsAtOnce * RowStep;
        StackLength = SliceTree.Levels(PieceLeaves) * (BlockRows + 1L) * Columns;
        Threads = pool.Threads;
    }

    public ReductionTree Tree { get; }

    public int Batch { get; }

    /// <summary>Blocks of columns that have the same source channels.</summary>
    public int ColumnBlocks { get; }

    /// <summary>Groups of the convolution, times <see cref="ColumnBlocks"/>.</summary>
    public int Groups { get; }

    /// <summary>Rows of one group: kernel rows x kernel columns x channels.</summary>
    public int Rows { get; }

    /// <summary>Filters of one group.</summary>
    public int Columns { get; }

    public int Leaves { get; }

    public int BlockRows { get; }

    public int RowBlocks { get; }

    /// <summary>Leaves of one subtree, a power of two or all there are.</summary>
    public int PieceLeaves { get; }

    /// <summary>Bounded by the threads, so that partial sums take no more memory for a larger batch.</summary>
    public int Subtrees { get; }

    public int Blocks => Groups * RowBlocks;

    /// <summary>Scratch memory of one worker, in floats: the packed rows, the packed pixels, some im2col rows, open partial sums.</summary>
    public long PanelLength { get; }

    public long PixelLength { get; }

    public int RowStep { get; }

    /// <summary>Whether the rows are read out of padded rows of the image: see <see cref="PaddedRows"/>.</summary>
    public bool IsPadded { get; }

    /// <summary>Rows of result pixels that are taken at a time then: as many as one block of the depth holds.</summary>
    public static int PaddedResults(int height, int width) => Math.Clamp(RowPanel.MaxDepth / width, 1, height);

    public long RowsLength { get; }

    public long StackLength { get; }

    public long ScratchLength => PanelLength + PixelLength + RowsLength + StackLength;

    /// <summary>Sums of one subtree: the rows of each group, and the gradient of the bias as one more row.</summary>
    public long PartialLength => (long)Groups * (Rows + 1) * Columns;

    public long WorkspaceLength => Threads * ScratchLength + (Subtrees > 1 ? Subtrees * PartialLength : 0);

    int Threads { get; }
}

/// <summary>Where a weight gradient goes when its sum is complete: dw <c>[rows, Groups x Columns]</c> and db.</summary>
unsafe struct WgradTarget
{
    public int Groups;
    public int Columns;
    public float* DW;

    /// <summary>Null where it is not asked for.</summary>
    public float* DB;

    /// <summary>True to add to the old content.</summary>
    public bool Accumulate;

    /// <summary>True where no cache could hold dw until the optimiser reads it.</summary>
    public bool IsLarge;

    /// <summary>Stores the sums of <paramref name="count"/> rows of one group, from row <paramref name="from"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Store<TLanes>(float* sums, int group, int from, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        for (int i = 0; i < count; i++)
        {
            StoreRow<TLanes>(sums + (long)i * Columns, DW + ((long)(from + i) * Groups + group) * Columns);
        }

        // Non-temporal stores are weakly ordered: other threads are told that this piece is done only after them.
        if (IsLarge && Sse.IsSupported) Sse.StoreFence();
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
        else if (IsLarge && (nint)destination % (TLanes.Count * sizeof(float)) == 0)
        {
            Copying.CopyPast<TLanes>(sum, destination, Columns);
        }
        else
        {
            Copying.Copy<TLanes>(sum, destination, Columns);
        }
    }
}

/// <summary>Adds the sums of the subtrees up. A piece is one block of rows.</summary>
unsafe struct WgradSum : ILanesJob
{
    public WgradPlan Plan;
    public WgradTarget Target;
    public float* Partials;

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int group = index / Plan.RowBlocks;
        int block = index % Plan.RowBlocks;
        int from = block * Plan.BlockRows;
        int rows = Math.Min(Plan.BlockRows, Plan.Rows - from);
        float* first = Partials + (long)group * (Plan.Rows + 1) * Plan.Columns;
        float* sums = first + (long)from * Plan.Columns;
        SliceTree.Sum<TLanes>(sums, Plan.PartialLength, Plan.Subtrees, (long)rows * Plan.Columns);
        Target.Store<TLanes>(sums, group, from, rows);
        if (block == 0)
        {
            float* bias = first + (long)Plan.Rows * Plan.Columns;
            SliceTree.Sum<TLanes>(bias, Plan.PartialLength, Plan.Subtrees, Plan.Columns);
            Target.StoreBias<TLanes>(bias, group);
        }
    }
}
