using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// All gradients of a pixel's perceptron in one pass over a batch: a block of pixels goes through the mask of the last ReLU, the second
/// weights' gradient, dh and its mask, the first weights' gradient and dx while it is in the cache. A piece is a subtree of slices.
/// </summary>
/// <remarks>
/// One product after the other over the whole batch reads and writes memory three times as often, which costs more than the sums do.
/// The sums are the same ones, in the same order: pixel after pixel within a slice of eight examples, slices as <see cref="SliceTree"/>.
/// </remarks>
unsafe struct PointwiseMlpSlices : ILanesJob
{
    public PointwiseMlpSlicesPlan Plan;
    public int Batch;
    public float* X;
    public float* H;

    /// <summary>Output of the last ReLU; null where there is none.</summary>
    public float* Y;
    public float* DY;

    /// <summary>Null where it is not asked for.</summary>
    public float* DX;
    public bool AccumulateData;

    /// <summary>Both weights, packed for gradients by data.</summary>
    public float* W1;
    public float* W2;

    /// <summary><see cref="PointwiseMlpSlicesPlan.WorkspaceLength"/> floats: a share for each worker, then the sums of the subtrees.</summary>
    public float* Scratch;

    /// <summary>Runs all pieces, then adds up the subtrees.</summary>
    public readonly void Run(WorkerPool pool, in PointwiseMlpGradients gradients, bool accumulate)
    {
        SimdWidth.Run(pool, Plan.Subtrees, this);
        PointwiseMlpSizes sizes = Plan.Sizes;
        float* sums = Partials;
        Add(pool, ref sums, gradients.First, sizes.First.WeightLength, accumulate);
        Add(pool, ref sums, gradients.FirstBias, sizes.Hidden, accumulate);
        Add(pool, ref sums, gradients.Second, sizes.Second.WeightLength, accumulate);
        Add(pool, ref sums, gradients.SecondBias, sizes.Filters, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        float* scratch = Scratch + worker * Plan.ScratchLength;
        float* stack = scratch + Plan.ScratchLength - SliceTree.Levels(Plan.PieceSlices) * Plan.PartialLength;
        int firstSlice = index * Plan.PieceSlices;
        int slices = Math.Min(Plan.PieceSlices, Plan.Slices - firstSlice);
        int height = 0;
        for (int slice = 0; slice < slices; slice++)
        {
            SumSlice<TLanes>(firstSlice + slice, scratch, stack + height * Plan.PartialLength);
            height = SliceTree.Close<TLanes>(stack, Plan.PartialLength, height + 1, slice, last: slice == slices - 1);
        }

        Copying.Copy<TLanes>(stack, Partials + index * Plan.PartialLength, (int)Plan.PartialLength);
    }

    readonly float* Partials => Scratch + Plan.Threads * Plan.ScratchLength;

    readonly void Add(WorkerPool pool, ref float* sums, DeviceView gradient, long length, bool accumulate)
    {
        if (!gradient.IsNone) PartialSum.Run(pool, sums, Plan.PartialLength, Plan.Subtrees, gradient.Pointer, length, accumulate);
        sums += length;
    }

    readonly void SumSlice<TLanes>(int slice, float* scratch, float* partial)
        where TLanes : struct, ILanes<TLanes>
    {
        // What the products do not overwrite: the biases, and the gap behind them.
        Copying.Clear<TLanes>(partial, (int)Plan.PartialLength);
        int samples = Math.Min(SliceTree.Samples, Batch - slice * SliceTree.Samples);
        long first = (long)slice * SliceTree.Samples * Plan.Sizes.Pixels;
        long end = first + (long)samples * Plan.Sizes.Pixels;
        for (long pixel = first; pixel < end; pixel += PointwiseMlpSlicesPlan.BlockPixels)
        {
            SumBlock<TLanes>(pixel, (int)Math.Min(PointwiseMlpSlicesPlan.BlockPixels, end - pixel), scratch, partial);
        }
    }

    readonly void SumBlock<TLanes>(long pixel, int count, float* scratch, float* partial)
        where TLanes : struct, ILanes<TLanes>
    {
        PointwiseMlpSizes sizes = Plan.Sizes;
        float* masked = scratch, dh = masked + Plan.MaskedLength;
        float* packed2 = dh + Plan.HiddenLength, packed1 = packed2 + Plan.SecondPackedLength, panels = packed1 + Plan.FirstPackedLength;
        float* dw1 = partial, db1 = dw1 + sizes.First.WeightLength;
        float* dw2 = db1 + sizes.Hidden, db2 = dw2 + sizes.Second.WeightLength;
        float* x = X + pixel * sizes.Channels, h = H + pixel * sizes.Hidden, dy = DY + pixel * sizes.Filters;

        if (Y is null)
        {
            PanelPacking.Pack<TLanes>(dy, sizes.Filters, count, sizes.Filters, packed2, db2);
        }
        else
        {
            MaskedPacking.Pack<TLanes>(dy, Y + pixel * sizes.Filters, count, sizes.Filters, masked, packed2, db2);
            dy = masked;
        }

        // Each product asks for what a later one reads: of this block, then of the next one.
        long next = pixel + count;
        var ahead = new ReadAhead(x, count * sizes.Channels);
        SumWeights<TLanes>(h, sizes.Hidden, count, packed2, sizes.Filters, dw2, ahead);
        ahead = new ReadAhead(H + next * sizes.Hidden, count * sizes.Hidden);
        Multiply<TLanes>(dy, sizes.Filters, count, W2, sizes.Hidden, dh, accumulate: false, panels, ahead);
        MaskedPacking.Pack<TLanes>(dh, h, count, sizes.Hidden, dh, packed1, db1);
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
        => new BlockProduct
        {
            Rows = rows,
            Columns = columns,
            Depth = count,
            A = x,
            PanelStep = RegisterTile.Rows<TLanes>(),
            Runs = new DepthRuns(1, count, rows),
            IsExact = true,
            B = packed,
            C = dw,
            CStep = columns,
            FromC = true,
            Floor = float.NegativeInfinity,
            Ahead = ahead,
        }.Execute<TLanes, ColumnPanel>();

    // to [count, columns] = (to or 0) + rows [count, depth] x packed [depth, columns]
    static void Multiply<TLanes>(float* rows, int depth, int count, float* packed, int columns, float* to, bool accumulate, float* panels,
        in ReadAhead ahead)
        where TLanes : struct, ILanes<TLanes>
    {
        var product = new PatchProduct
        {
            Patches = new Patches
            {
                Image = rows, Height = 1, Width = count, PixelStep = depth, Channels = depth,
                TapRows = 1, TapColumns = 1, TapStep = 1, GridHeight = 1, GridWidth = count, Stride = 1,
            },
            Target = new PixelTarget { Image = to, Height = 1, Width = count, PixelStep = columns, Stride = 1 },
            Pixels = count,
            PiecePixels = PatchProduct.MaxPanels * RegisterTile.Rows<TLanes>(),
            Groups = 1,
            Columns = columns,
            Packed = packed,
            Accumulate = accumulate,
            Floor = float.NegativeInfinity,
            Scratch = panels,
            Ahead = ahead,
        };
        for (int i = 0; i * product.PiecePixels < count; i++)
        {
            product.Execute<TLanes>(i, worker: 0);
            product.Ahead = default;
        }
    }
}

/// <summary>How <see cref="PointwiseMlpSlices"/> cuts a batch into subtrees of slices, and how a worker's scratch is divided.</summary>
readonly struct PointwiseMlpSlicesPlan
{
    /// <summary>Pixels that go through all products together: whole tiles of any width, and few enough for the level-2 cache.</summary>
    public const int BlockPixels = 144;

    public PointwiseMlpSlicesPlan(WorkerPool pool, in PointwiseMlpSizes sizes, int batch)
    {
        Sizes = sizes;
        Slices = SliceTree.Slices(batch);
        Threads = pool.Threads;
        int threads = Threads, width = pool.Width;
        int pieceSlices = threads == 1 ? Slices : 1 << BitOperations.Log2((uint)Math.Clamp(Slices / (4 * threads), 1, Slices));
        PieceSlices = pieceSlices;
        Subtrees = Packing.CeilDivide(Slices, pieceSlices);

        // Activations are read as they lie, a tile's height of channels at a time; threads have slices to share or wait.
        int rounds = Packing.CeilDivide(Subtrees, threads);
        IsWorthwhile = Math.Min(sizes.Channels, sizes.Hidden) >= RegisterTile.Rows(width) && 4 * Subtrees >= 3 * threads * rounds;

        MaskedLength = Aligned((long)BlockPixels * sizes.Filters);
        HiddenLength = Aligned((long)BlockPixels * sizes.Hidden);
        SecondPackedLength = Aligned((long)BlockPixels * Packing.PaddedColumns(sizes.Filters, width));
        FirstPackedLength = Aligned((long)BlockPixels * Packing.PaddedColumns(sizes.Hidden, width));
        PanelLength = Aligned(PatchProduct.ScratchLength(width, Math.Max(sizes.Hidden, sizes.Channels), dense: true));
        PartialLength = Aligned(sizes.First.WeightLength + sizes.Hidden + sizes.Second.WeightLength + sizes.Filters);
        ScratchLength = MaskedLength + HiddenLength + SecondPackedLength + FirstPackedLength + PanelLength
            + SliceTree.Levels(pieceSlices) * PartialLength;
        WorkspaceLength = threads * ScratchLength + Subtrees * PartialLength;
    }

    /// <summary>Whether the threads are busy this way; where not, products one after the other share their work better.</summary>
    public bool IsWorthwhile { get; }

    public PointwiseMlpSizes Sizes { get; }

    public int Threads { get; }

    public int Slices { get; }

    /// <summary>Slices of one subtree, a power of two or all there are.</summary>
    public int PieceSlices { get; }

    public int Subtrees { get; }

    /// <summary>Floats of a block's masked dy, its dh, both packed, and the panels of a product by data.</summary>
    public long MaskedLength { get; }

    public long HiddenLength { get; }

    public long SecondPackedLength { get; }

    public long FirstPackedLength { get; }

    public long PanelLength { get; }

    /// <summary>Floats of all sums of a subtree: w1, b1, w2, b2, one behind the other.</summary>
    public long PartialLength { get; }

    /// <summary>Floats of one worker.</summary>
    public long ScratchLength { get; }

    public long WorkspaceLength { get; }

    static long Aligned(long length) => (length + 15) / 16 * 16;
}
