using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// All gradients of a pointwise MLP in one pass over a batch: a block of pixels goes through the mask of the last ReLU, the second
/// weights' gradient, dh and its mask, the first weights' gradient and dx while it is in the cache. A piece is a subtree of leaves.
/// </summary>
/// <remarks>
/// One product after the other over the whole batch reads and writes memory three times as often, which costs more than the sums do.
/// The sums are the same ones, in the same order: pixel after pixel within a leaf, leaves as <see cref="ReductionTree"/> says.
/// </remarks>
unsafe struct PointwiseMlpBlocks : ILanesJob
{
    public PointwiseMlpPlan Plan;
    public int Batch;
    public float* X;
    public float* H;

    /// <summary>Output of the last ReLU; null where there is none.</summary>
    public float* Y;
    public float* DY;

    /// <summary>Null where it is not asked for.</summary>
    public float* DX;
    public bool AccumulateData;

    /// <summary>Both weights, packed for data gradients.</summary>
    public float* W1;
    public float* W2;

    /// <summary><see cref="PointwiseMlpPlan.WorkspaceLength"/> floats: a share for each worker, then the sums of the subtrees.</summary>
    public float* Scratch;

    /// <summary>Runs all pieces, then adds up the subtrees.</summary>
    public readonly void Run(WorkerPool pool, in PointwiseMlpGradients gradients, bool accumulate)
    {
        SimdWidth.Run(pool, Plan.Subtrees, this);
        PointwiseMlpSizes sizes = Plan.Sizes;
        float* sums = Partials;
        Add(pool, ref sums, gradients.First, Plan.FirstLength, accumulate);
        Add(pool, ref sums, gradients.FirstBias, sizes.Hidden, accumulate);
        Add(pool, ref sums, gradients.Second, Plan.SecondLength, accumulate);
        Add(pool, ref sums, gradients.SecondBias, sizes.Filters, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        float* scratch = Scratch + worker * Plan.ScratchLength;
        float* stack = scratch + Plan.ScratchLength - SliceTree.Levels(Plan.PieceLeaves) * Plan.PartialLength;
        int firstLeaf = index * Plan.PieceLeaves;
        int leaves = Math.Min(Plan.PieceLeaves, Plan.Leaves - firstLeaf);
        int height = 0;
        for (int leaf = 0; leaf < leaves; leaf++)
        {
            SumLeaf<TLanes>(firstLeaf + leaf, scratch, stack + height * Plan.PartialLength);
            height = SliceTree.Close<TLanes>(stack, Plan.PartialLength, height + 1, leaf, last: leaf == leaves - 1);
        }

        Copying.Copy<TLanes>(stack, Partials + index * Plan.PartialLength, (int)Plan.PartialLength);
    }

    readonly float* Partials => Scratch + Plan.Threads * Plan.ScratchLength;

    readonly void Add(WorkerPool pool, ref float* sums, DeviceView gradient, long length, bool accumulate)
    {
        if (!gradient.IsNone) PartialSum.Run(pool, sums, Plan.PartialLength, Plan.Subtrees, gradient.Pointer, length, accumulate);
        sums += length;
    }

    readonly void SumLeaf<TLanes>(int leaf, float* scratch, float* partial)
        where TLanes : struct, ILanes<TLanes>
    {
        // What the products do not overwrite: the biases, and the gap after them.
        Copying.Clear<TLanes>(partial, (int)Plan.PartialLength);
        long first = Plan.Tree.FirstPixel(leaf, Batch), end = Plan.Tree.FirstPixel(leaf + 1, Batch);
        for (long pixel = first; pixel < end; pixel += PointwiseMlpPlan.BlockPixels)
        {
            SumBlock<TLanes>(pixel, (int)Math.Min(PointwiseMlpPlan.BlockPixels, end - pixel), scratch, partial);
        }
    }

    readonly void SumBlock<TLanes>(long pixel, int count, float* scratch, float* partial)
        where TLanes : struct, ILanes<TLanes>
    {
        PointwiseMlpSizes sizes = Plan.Sizes;
        float* masked = scratch, dh = masked + Plan.MaskedLength;
        float* packed2 = dh + Plan.HiddenLength, packed1 = packed2 + Plan.SecondPackedLength, panels = packed1 + Plan.FirstPackedLength;
        float* dw1 = partial, db1 = dw1 + Plan.FirstLength;
        float* dw2 = db1 + sizes.Hidden, db2 = dw2 + Plan.SecondLength;
        float* x = X + pixel * sizes.Channels, h = H + pixel * sizes.Hidden, dy = DY + pixel * sizes.Filters;

        if (Y is null)
        {
            Packing.Pack<TLanes, PlainRows>(new PlainRows(dy), sizes.Filters, count, sizes.Filters, packed2, db2);
        }
        else
        {
            var rows = new MaskedRows(dy, Y + pixel * sizes.Filters, masked);
            Packing.Pack<TLanes, MaskedRows>(rows, sizes.Filters, count, sizes.Filters, packed2, db2);
            dy = masked;
        }

        // Each product prefetches what a later one reads: of this block, then of the next one.
        long next = pixel + count;
        var ahead = new ReadAhead(x, count * sizes.Channels);
        SumWeights<TLanes>(h, sizes.Hidden, count, packed2, sizes.Filters, dw2, ahead);
        ahead = new ReadAhead(H + next * sizes.Hidden, count * sizes.Hidden);
        Multiply<TLanes>(dy, sizes.Filters, count, W2, sizes.Hidden, dh, accumulate: false, panels, ahead);
        Packing.Pack<TLanes, MaskedRows>(new MaskedRows(dh, h, dh), sizes.Hidden, count, sizes.Hidden, packed1, db1);
        ahead = new ReadAhead(DY + next * sizes.Filters, count * sizes.Filters);
        SumWeights<TLanes>(x, sizes.Channels, count, packed1, sizes.Hidden, dw1, ahead);
        if (DX is not null)
        {
            ahead = Y is null ? default : new ReadAhead(Y + next * sizes.Filters, count * sizes.Filters);
            Multiply<TLanes>(dh, sizes.Hidden, count, W1, sizes.Channels, DX + pixel * sizes.Channels, AccumulateData, panels, ahead);
        }
    }

    // dw [rows, columns] += xᵀ [rows, count] x packed [count, columns]
    static void SumWeights<TLanes>(float* x, int rows, int count, float* packed, int columns, float* dw, in ReadAhead ahead)
        where TLanes : struct, ILanes<TLanes>
        => new MacroKernel
        {
            Rows = rows,
            Columns = columns,
            Depth = count,
            A = x,
            PanelStep = MicroKernel.Rows<TLanes>(),
            Runs = new DepthRuns(1, count, rows),
            IsExact = true,
            B = packed,
            C = dw,
            CStep = columns,
            FromC = true,
            Epilogue = TileEpilogue.None,
            Ahead = ahead,
        }.Execute<TLanes, ColumnPanel>();

    // to [count, columns] = (to or 0) + rows [count, depth] x packed [depth, columns]
    static void Multiply<TLanes>(float* rows, int depth, int count, float* packed, int columns, float* to, bool accumulate, float* panels,
        in ReadAhead ahead)
        where TLanes : struct, ILanes<TLanes>
    {
        var pixels = new ConvolutionGeometry(Line(1), Line(count), Groups: 1, depth, columns);
        Im2colRows im2col = pixels.Im2col(rows);
        var product = new ImplicitGemm
        {
            Rows = im2col,
            Result = new ResultPixels(to, pixels, im2col.Rows, im2col.Columns),
            Pixels = count,
            PiecePixels = ImplicitGemm.MaxPanels * MicroKernel.Rows<TLanes>(),
            Groups = 1,
            Columns = columns,
            Packed = packed,
            Accumulate = accumulate,
            Epilogue = TileEpilogue.None,
            Scratch = panels,
            Ahead = ahead,
        };
        for (int i = 0; i * product.PiecePixels < count; i++)
        {
            product.Execute<TLanes>(i, worker: 0);
            product.Ahead = default;
        }

        static TapAxis Line(int pixels) => new(pixels, pixels, Taps: 1, Scale: 1, Shift: 0, TapStep: 1, Divisor: 1);
    }
}

/// <summary>How <see cref="PointwiseMlpBlocks"/> cuts a batch into subtrees of leaves, and how a worker's scratch is divided.</summary>
readonly struct PointwiseMlpPlan
{
    /// <summary>Pixels that go through all products together: whole tiles of any width, and few enough for the level-2 cache.</summary>
    public const int BlockPixels = 144;

    public PointwiseMlpPlan(WorkerPool pool, in PointwiseMlpSizes sizes, int batch)
    {
        Sizes = sizes;
        (FirstLength, SecondLength) = (sizes.First.WeightLength, sizes.Second.WeightLength);
        Tree = ReductionTree.Over(sizes.Height, sizes.Width);
        Leaves = Tree.Leaves(batch);
        Threads = pool.Threads;
        int threads = Threads, width = pool.Width;
        int pieceLeaves = threads == 1 ? Leaves : 1 << BitOperations.Log2((uint)Math.Clamp(Leaves / (4 * threads), 1, Leaves));
        PieceLeaves = pieceLeaves;
        Subtrees = Packing.CeilDivide(Leaves, pieceLeaves);

        // Activations are read in memory order, a tile's height of channels at a time; without enough leaves to share, threads wait.
        int rounds = Packing.CeilDivide(Subtrees, threads);
        IsWorthwhile = Math.Min(sizes.Channels, sizes.Hidden) >= MicroKernel.Rows(width) && 4 * Subtrees >= 3 * threads * rounds;

        MaskedLength = Aligned((long)BlockPixels * sizes.Filters);
        HiddenLength = Aligned((long)BlockPixels * sizes.Hidden);
        SecondPackedLength = Aligned((long)BlockPixels * Packing.PaddedColumns(sizes.Filters, width));
        FirstPackedLength = Aligned((long)BlockPixels * Packing.PaddedColumns(sizes.Hidden, width));
        PanelLength = Aligned(ImplicitGemm.ScratchLength(width, Math.Max(sizes.Hidden, sizes.Channels), dense: true));
        PartialLength = Aligned(FirstLength + sizes.Hidden + SecondLength + sizes.Filters);
        ScratchLength = MaskedLength + HiddenLength + SecondPackedLength + FirstPackedLength + PanelLength
            + SliceTree.Levels(pieceLeaves) * PartialLength;
        WorkspaceLength = threads * ScratchLength + Subtrees * PartialLength;
    }

    /// <summary>Whether this keeps the threads busy; where not, products one after the other share their work better.</summary>
    public bool IsWorthwhile { get; }

    public PointwiseMlpSizes Sizes { get; }

    /// <summary>Floats of each layer's weights.</summary>
    public long FirstLength { get; }

    public long SecondLength { get; }

    public int Threads { get; }

    public ReductionTree Tree { get; }

    public int Leaves { get; }

    /// <summary>Leaves of one subtree, a power of two or all there are.</summary>
    public int PieceLeaves { get; }

    public int Subtrees { get; }

    /// <summary>Floats of a block's masked dy, its dh, both packed, and the panels of a data gradient.</summary>
    public long MaskedLength { get; }

    public long HiddenLength { get; }

    public long SecondPackedLength { get; }

    public long FirstPackedLength { get; }

    public long PanelLength { get; }

    /// <summary>Floats of all sums of a subtree: w1, b1, w2, b2, one after the other.</summary>
    public long PartialLength { get; }

    /// <summary>Floats of one worker.</summary>
    public long ScratchLength { get; }

    public long WorkspaceLength { get; }

    static long Aligned(long length) => (length + 15) / 16 * 16;
}
