using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// Fprop and dgrad as an implicit GEMM: C <c>[result pixels, result channels]</c> = (C or 0) + im2col rows <c>[result pixels, depth]</c> x
/// prepacked weights, then the epilogue. Each element is one accumulation in the order (tap row, tap column, channel), whatever the batch and
/// the threads. Pixels that no window reads get zero.
/// </summary>
/// <remarks>
/// A strided dgrad is one product for each residue of the stride: multiplying by the zeros between the strides would be stride² times the work.
/// A piece is a run of pixels; a worker packs the rows of its piece, one block of the depth at a time.
/// </remarks>
unsafe struct ImplicitGemm : ILanesJob
{
    /// <summary>Panels that are packed at a time: they fill a good part of the level-2 cache.</summary>
    public const int MaxPanels = 12;

    // The most of these in a piece: while one is multiplied, the pixels of the next are prefetched.
    const int MaxTurns = 4;

    const int FewPanels = 2;

    public Im2colRows Rows;
    public ResultPixels Result;
    public long Pixels;
    public int PiecePixels;
    public int Groups;

    /// <summary>Columns of one group.</summary>
    public int Columns;

    /// <summary>Packed weights, group by group, <see cref="PackedStep"/> floats apart.</summary>
    public float* Packed;
    public nint PackedStep;
    public bool Accumulate;

    /// <summary>Floats from a dense result to what the sums start from where they accumulate; 0 where that is the result itself.</summary>
    public nint FromOffset;
    public TileEpilogue Epilogue;

    /// <summary>Whether the result goes past the caches.</summary>
    public bool Past;

    /// <summary>Prefetched during the whole product.</summary>
    public ReadAhead Ahead;

    /// <summary>A panel buffer for each worker, and after it a block of C where the result is not dense.</summary>
    public float* Scratch;

    /// <summary>Floats of scratch memory that a run needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in ConvolutionGeometry g) =>
        pool.Threads * ScratchLength(pool.Width, g.ResultChannels, dense: g.Rows.Divisor == 1 && g.Columns.Divisor == 1);

    /// <summary>Floats of scratch memory for each worker.</summary>
    public static long ScratchLength(int width, int columns, bool dense) =>
        (long)MaxPanels * MicroKernel.Rows(width) * (RowPanel.RowLength + (dense ? 0 : columns));

    /// <param name="pool">Threads and width.</param>
    /// <param name="g">The convolution in the direction asked for.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="source"><c>[batch, Rows.Sources, Columns.Sources, Groups SourceChannels]</c>.</param>
    /// <param name="packed">The weights as <see cref="GemmWeights"/> packs them.</param>
    /// <param name="epilogue">What happens to a finished sum.</param>
    /// <param name="accumulate">True to start from what the result holds, false to overwrite it unread.</param>
    /// <param name="result"><c>[batch, Rows.Results, Columns.Results, Groups ResultChannels]</c>.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> floats.</param>
    /// <param name="residual">Fprop alone: what the sums start from, of the result's shape; null for none.</param>
    /// <param name="normalization">Of 1x1 convolutions alone: what is done to the source first.</param>
    public static void Run(
        WorkerPool pool, in ConvolutionGeometry g, int batch, float* source, float* packed, in TileEpilogue epilogue, bool accumulate, float* result,
        float* workspace, float* residual = null, in InputNormalization normalization = default)
    {
        accumulate |= residual is not null;
        nint fromOffset = residual is null ? 0 : (nint)(residual - result);
        for (int i = 0; i < g.Rows.Divisor; i++)
        {
            for (int j = 0; j < g.Columns.Divisor; j++)
            {
                Im2colRows rows = g.Im2col(source, i, j) with { Normalization = normalization };
                nint packedStep = (nint)rows.Depth * Packing.PaddedColumns(g.ResultChannels, pool.Width);
                if (rows.Depth > 0 || !accumulate || epilogue.Bias is not null)
                {
                    var product = new ImplicitGemm
                    {
                        Rows = rows,
                        Result = new ResultPixels(result, g, rows.Rows, rows.Columns),
                        Pixels = (long)batch * rows.Pixels,
                        Groups = g.Groups,
                        Columns = g.ResultChannels,
                        Packed = packed,
                        PackedStep = packedStep,
                        Accumulate = accumulate,
                        FromOffset = fromOffset,
                        Epilogue = epilogue,
                        Scratch = workspace,
                        Past = !accumulate && SuitsPast(g, rows.Depth, epilogue)
                            && PastExtent.Suits(pool, result, (long)batch * rows.Pixels, g.Groups * g.ResultChannels),
                    };
                    product.Run(pool);
                }

                packed += g.Groups * packedStep;
            }
        }
    }

    // One block of the depth, since the next would read what the first has stored, as an activation would; dense results, and groups of whole cache lines.
    static bool SuitsPast(in ConvolutionGeometry g, int depth, in TileEpilogue epilogue) =>
        depth <= RowPanel.MaxDepth && epilogue.Activation.IsNone && g.Rows.Divisor == 1 && g.Columns.Divisor == 1
        && g.ResultChannels % MicroKernel.LineColumns == 0;

    // Pieces: enough of them for every thread, and many before one takes more than fits the scratch memory at a time.
    void Run(WorkerPool pool)
    {
        int tile = MicroKernel.Rows(pool.Width);
        long panels = (Pixels + tile - 1) / tile, atOnce = Math.Clamp(panels / (4 * pool.Threads), 1, MaxPanels);
        long turns = Result.IsDense ? Math.Clamp(panels / (16 * pool.Threads * atOnce), 1, MaxTurns) : 1;
        PiecePixels = (int)(tile * atOnce * turns);
        SimdWidth.Run(pool, Packing.CeilDivide(Pixels, PiecePixels), this);
    }

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        long first = (long)index * PiecePixels;
        int count = (int)Math.Min(PiecePixels, Pixels - first);
        float* panels = Scratch + worker * ScratchLength(32 * TLanes.Count, Columns, Result.IsDense);
        float* block = panels + MaxPanels * MicroKernel.Rows<TLanes>() * RowPanel.RowLength;
        for (int group = 0; group < Groups; group++)
        {
            Im2colRows rows = Rows;
            ResultPixels result = Result;
            rows.Source += (nint)group * Rows.Channels;
            result.First += (nint)group * Columns;
            var product = new MacroKernel
            {
                Rows = count,
                Columns = Columns,
                A = panels,
                PanelStep = MicroKernel.Rows<TLanes>() * RowPanel.RowLength,
                B = Packed + group * PackedStep,
                C = Result.IsDense ? result.First + (nint)first * result.PixelStep : block,
                CStep = Result.IsDense ? result.PixelStep : Columns,
                Epilogue = Epilogue.From(group * Columns),
                Past = Past,
                Ahead = Ahead,
            };
            if (!Result.IsDense && Accumulate)
            {
                Exchange<TLanes>(result, first, count, block, store: false);
            }

            MultiplyAll<TLanes>(rows, first, product);
            if (!Result.IsDense)
            {
                Exchange<TLanes>(result, first, count, block, store: true);
            }
        }

        if (Past) PastExtent.Fence();
    }

    // As many rows at a time as can be packed. Rows that meet a single panel of B are read once: then a few, so that they stay in the level-1 cache.
    readonly void MultiplyAll<TLanes>(in Im2colRows rows, long first, MacroKernel product)
        where TLanes : struct, ILanes<TLanes>
    {
        int count = product.Rows;
        int step = MicroKernel.Rows<TLanes>() * (Columns <= 2 * TLanes.Count ? FewPanels : MaxPanels);
        for (int row = 0; row < count; row += step)
        {
            product.Rows = Math.Min(step, count - row);
            // The rows of the next step; in the last one what comes after the product.
            int left = Math.Min(step, count - row - product.Rows);
            if (left == 0) product.Ahead = Ahead;
            else product.Ahead = rows.ArePixels ? new ReadAhead(rows.Source + (nint)(first + row + step) * rows.PixelStep, (long)left * rows.PixelStep) : default;
            Multiply<TLanes>(rows, first + row, product);
            product.C += step * product.CStep;
        }
    }

    readonly void Multiply<TLanes>(in Im2colRows rows, long first, MacroKernel product)
        where TLanes : struct, ILanes<TLanes>
    {
        // A depth of 0 still stores its sum: zeros.
        int depth = rows.Depth;
        int from = 0;
        TileEpilogue epilogue = product.Epilogue;
        do
        {
            product.Depth = Math.Min(Packing.BlockDepth(depth), depth - from);
            product.Runs = new DepthRuns(1, product.Depth, Step: 1);
            product.FromC = Accumulate || from > 0;
            product.FromOffset = from > 0 ? 0 : FromOffset;
            product.Epilogue = from + product.Depth == depth ? epilogue : TileEpilogue.None;
            Pack<TLanes>(rows, first, product.Rows, from, product.Depth, product.A);
            product.Execute<TLanes, RowPanel>();
            product.Ahead = default;
            product.B += (nint)product.Depth * Packing.PaddedColumns(Columns, 32 * TLanes.Count);
            from += product.Depth;
        }
        while (from < depth);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Pack<TLanes>(in Im2colRows rows, long first, int count, int from, int depth, float* panels)
        where TLanes : struct, ILanes<TLanes>
    {
        if (depth == 0)
        {
            return;
        }

        if (rows.ArePixels)
        {
            float* pixel = rows.Source + (nint)first * rows.PixelStep;
            for (int i = 0; i < count; i++, pixel += rows.PixelStep, panels += RowPanel.RowLength) rows.CopyPixel<TLanes>(pixel, from, depth, panels);
        }
        else
        {
            PixelCursor pixel = rows.At(first);
            for (int i = 0; i < count; i++, panels += RowPanel.RowLength)
            {
                rows.Copy<TLanes>(pixel, from, depth, panels);
                pixel.Advance(rows.Rows.Results, rows.Columns.Results);
            }
        }

        for (int i = count; i % MicroKernel.Rows<TLanes>() != 0; i++)
        {
            Copying.Clear<TLanes>(panels, depth);
            panels += RowPanel.RowLength;
        }
    }

    // Rows of the block from or to their pixels.
    readonly void Exchange<TLanes>(in ResultPixels result, long first, int count, float* block, bool store)
        where TLanes : struct, ILanes<TLanes>
    {
        PixelCursor pixel = Rows.At(first);
        for (int i = 0; i < count; i++)
        {
            float* row = result.At(pixel);
            Copying.Copy<TLanes>(store ? block : row, store ? row : block, Columns);
            pixel.Advance(Rows.Rows.Results, Rows.Columns.Results);
            block += Columns;
        }
    }
}

/// <summary>Where the rows of C are: every <see cref="RowStep"/>th row and <see cref="ColumnStep"/>th column of the result.</summary>
unsafe struct ResultPixels(float* result, in ConvolutionGeometry g, in ResidueAxis rows, in ResidueAxis columns)
{
    readonly int height = g.Rows.Results;
    readonly int width = g.Columns.Results;

    /// <summary>The first pixel.</summary>
    public float* First = result + ((nint)rows.First * g.Columns.Results + columns.First) * g.Groups * g.ResultChannels;
    public readonly int PixelStep = g.Groups * g.ResultChannels;
    public readonly int RowStep = rows.ResultStep;
    public readonly int ColumnStep = columns.ResultStep;

    /// <summary>True where neighbours are neighbours in memory, across the ends of rows too.</summary>
    public readonly bool IsDense => RowStep == 1 && ColumnStep == 1;

    public readonly float* At(PixelCursor pixel) =>
        First + (((nint)pixel.Example * height + pixel.Row * RowStep) * width + pixel.Column * ColumnStep) * PixelStep;
}
