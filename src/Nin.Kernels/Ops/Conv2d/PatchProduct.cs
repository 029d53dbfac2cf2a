using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// A convolution as an implicit matrix product: C <c>[pixels, columns]</c> = (C or 0) + patches <c>[pixels, depth]</c> x packed B, then
/// bias and floor. A piece is a run of pixels; a worker packs the patches of its piece, one block of the depth at a time.
/// </summary>
unsafe struct PatchProduct : ILanesJob
{
    /// <summary>Panels of a piece: packed they fill a good part of the level-2 cache.</summary>
    public const int MaxPanels = 12;

    const int FewPanels = 2;

    public Patches Patches;
    public PixelTarget Target;
    public long Pixels;
    public int PiecePixels;
    public int Groups;

    /// <summary>Columns of one group.</summary>
    public int Columns;

    /// <summary>Packed B, group by group, <see cref="PackedStep"/> floats apart.</summary>
    public float* Packed;
    public nint PackedStep;
    public bool Accumulate;
    public float* Bias;
    public float Floor;

    /// <summary>Fetched beside the whole product.</summary>
    public ReadAhead Ahead;

    /// <summary>A panel buffer for each worker, and behind it a block of C where the target is not dense.</summary>
    public float* Scratch;

    /// <summary>Floats of scratch memory for each worker.</summary>
    public static long ScratchLength(int width, int columns, bool dense) =>
        (long)MaxPanels * RegisterTile.Rows(width) * (RowPanel.RowLength + (dense ? 0 : columns));

    /// <summary>Cuts the pixels into pieces: enough of them for every thread, and none larger than the scratch memory.</summary>
    public static int ChoosePiece(WorkerPool pool, long pixels)
    {
        int rows = RegisterTile.Rows(pool.Width);
        long panels = (pixels + rows - 1) / rows;
        return rows * (int)Math.Clamp(panels / (4 * pool.Threads), 1, MaxPanels);
    }

    public void Run(WorkerPool pool)
    {
        PiecePixels = ChoosePiece(pool, Pixels);
        SimdWidth.Run(pool, Packing.CeilDivide(Pixels, PiecePixels), this);
    }

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        long first = (long)index * PiecePixels;
        int count = (int)Math.Min(PiecePixels, Pixels - first);
        float* panels = Scratch + worker * ScratchLength(32 * TLanes.Count, Columns, Target.IsDense);
        float* block = panels + MaxPanels * RegisterTile.Rows<TLanes>() * RowPanel.RowLength;
        for (int group = 0; group < Groups; group++)
        {
            Patches patches = Patches;
            PixelTarget target = Target;
            patches.Image += (nint)group * Patches.Channels;
            target.Image += (nint)group * Columns;
            var product = new BlockProduct
            {
                Rows = count,
                Columns = Columns,
                A = panels,
                PanelStep = RegisterTile.Rows<TLanes>() * RowPanel.RowLength,
                B = Packed + group * PackedStep,
                C = Target.IsDense ? target.Image + (nint)first * target.PixelStep : block,
                CStep = Target.IsDense ? target.PixelStep : Columns,
                Bias = Bias is null ? null : Bias + (nint)group * Columns,
                Ahead = Ahead,
            };
            if (!Target.IsDense && Accumulate)
            {
                Exchange<TLanes>(target, first, count, block, store: false);
            }

            MultiplyAll<TLanes>(patches, first, product);
            if (!Target.IsDense)
            {
                Exchange<TLanes>(target, first, count, block, store: true);
            }
        }
    }

    // Patches that meet a single panel of B are read once: then a few at a time, so that they stay in the level-1 cache.
    readonly void MultiplyAll<TLanes>(in Patches patches, long first, BlockProduct product)
        where TLanes : struct, ILanes<TLanes>
    {
        int rows = product.Rows;
        int step = Columns <= 2 * TLanes.Count ? FewPanels * RegisterTile.Rows<TLanes>() : rows;
        for (int row = 0; row < rows; row += step)
        {
            product.Rows = Math.Min(step, rows - row);
            Multiply<TLanes>(patches, first + row, product);
            product.C += step * product.CStep;
        }
    }

    readonly void Multiply<TLanes>(in Patches patches, long first, BlockProduct product)
        where TLanes : struct, ILanes<TLanes>
    {
        // A depth of nothing still stores its sum: zeros.
        int depth = patches.Depth;
        int from = 0;
        float* bias = product.Bias;
        do
        {
            product.Depth = Math.Min(Packing.BlockDepth(depth), depth - from);
            product.Runs = new DepthRuns(1, product.Depth, Step: 1);
            bool last = from + product.Depth == depth;
            product.FromC = Accumulate || from > 0;
            product.Bias = last ? bias : null;
            product.Floor = last ? Floor : float.NegativeInfinity;
            Pack<TLanes>(patches, first, product.Rows, from, product.Depth, product.A);
            product.Execute<TLanes, RowPanel>();
            product.Ahead = default;
            product.B += (nint)product.Depth * Packing.PaddedColumns(Columns, 32 * TLanes.Count);
            from += product.Depth;
        }
        while (from < depth);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Pack<TLanes>(in Patches patches, long first, int rows, int from, int depth, float* panels)
        where TLanes : struct, ILanes<TLanes>
    {
        if (depth == 0)
        {
            return;
        }

        var pixel = new GridPixel(first, patches.GridHeight, patches.GridWidth);
        for (int i = 0; i < rows; i++)
        {
            patches.Copy<TLanes>(pixel, from, depth, panels);
            pixel.Advance(patches.GridHeight, patches.GridWidth);
            panels += RowPanel.RowLength;
        }

        for (int i = rows; i % RegisterTile.Rows<TLanes>() != 0; i++)
        {
            Copying.Clear<TLanes>(panels, depth);
            panels += RowPanel.RowLength;
        }
    }

    // Rows of the block from or to their pixels.
    readonly void Exchange<TLanes>(in PixelTarget target, long first, int count, float* block, bool store)
        where TLanes : struct, ILanes<TLanes>
    {
        var pixel = new GridPixel(first, Patches.GridHeight, Patches.GridWidth);
        for (int i = 0; i < count; i++)
        {
            float* row = target.Row(pixel);
            Copying.Copy<TLanes>(store ? block : row, store ? row : block, Columns);
            pixel.Advance(Patches.GridHeight, Patches.GridWidth);
            block += Columns;
        }
    }
}

/// <summary>
/// Where the rows of a product go: every <see cref="Stride"/>th pixel, from <see cref="Top"/> and <see cref="Left"/> on, of <c>[sample,
/// Height, Width, PixelStep]</c>.
/// </summary>
unsafe struct PixelTarget
{
    public float* Image;
    public int Height;
    public int Width;
    public int PixelStep;
    public int Stride;
    public int Top;
    public int Left;

    /// <summary>True where neighbours in the grid are neighbours in memory, also across the ends of rows.</summary>
    public readonly bool IsDense => Stride == 1;

    public readonly float* Row(GridPixel pixel) =>
        Image + (((nint)pixel.Sample * Height + pixel.Row * Stride + Top) * Width + pixel.Column * Stride + Left) * PixelStep;
}
