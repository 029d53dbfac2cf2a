namespace Nin.Ops;

/// <summary>
/// Fprop of few channels, a network's first layer: the product of <see cref="ImplicitGemm"/>, with the same bits, whose left operand is read out of
/// padded rows of the image instead of being gathered. A piece is some rows of results of one example.
/// </summary>
unsafe struct FewChannelsConvolution : ILanesJob
{
    // Result pixels of a piece, about: their padded rows stay in the first-level cache.
    const int PiecePixels = 512;

    PaddedRows rows;
    int height;
    int width;
    int filters;
    int tapRows;
    int blockRows;
    float* packed;
    float* result;
    TileEpilogue epilogue;
    bool accumulate;
    bool past;
    nint fromOffset;
    float* scratch;
    long scratchLength;

    readonly int Blocks => Packing.CeilDivide(height, blockRows);

    /// <summary>Floats of scratch memory that a run needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in ConvolutionGeometry g) => pool.Threads * RowsOf(g, null).Length(BlockRows(g));

    /// <inheritdoc cref="ImplicitGemm.Run(WorkerPool, in ConvolutionGeometry, int, float*, float*, in TileEpilogue, bool, float*, float*, float*, in InputNormalization)"/>
    public static void Run(
        WorkerPool pool, in ConvolutionGeometry g, int batch, float* source, float* packed, in TileEpilogue epilogue, float* result, float* workspace,
        float* residual)
    {
        var job = new FewChannelsConvolution
        {
            rows = RowsOf(g, source),
            height = g.Rows.Results,
            width = g.Columns.Results,
            filters = g.ResultChannels,
            tapRows = g.Rows.Taps,
            blockRows = BlockRows(g),
            packed = packed,
            result = result,
            epilogue = epilogue,
            accumulate = residual is not null,
            past = residual is null && epilogue.Activation.IsNone && PastExtent.Suits(pool, result, (long)batch * g.Pixels, g.ResultChannels),
            fromOffset = residual is null ? 0 : (nint)(residual - result),
            scratch = workspace,
            scratchLength = RowsOf(g, source).Length(BlockRows(g)),
        };
        SimdWidth.Run(pool, batch * job.Blocks, job);
    }

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int example = index / Blocks, first = index % Blocks * blockRows, count = Math.Min(blockRows, height - first);
        float* image = scratch + worker * scratchLength;
        rows.Fill<TLanes>(example, first, count, image);
        var product = new MacroKernel
        {
            Rows = width,
            Columns = filters,
            Depth = tapRows * rows.TapRowLength,
            Runs = new DepthRuns(tapRows, rows.TapRowLength, Step: 1) { Skip = rows.TapRowStep - rows.TapRowLength },
            A = image,
            PanelStep = (nint)MicroKernel.Rows<TLanes>() * rows.PixelStep,
            B = packed,
            C = result + ((nint)example * height + first) * width * filters,
            CStep = filters,
            FromC = accumulate,
            FromOffset = fromOffset,
            Epilogue = epilogue,
            Past = past,
        };
        for (int i = 0; i < count; i++)
        {
            PixelPanel.Execute<TLanes>(product, rows.PixelStep);
            product.A += rows.ResultRowStep;
            product.C += (nint)width * filters;
        }

        if (past) PastExtent.Fence();
    }

    static PaddedRows RowsOf(in ConvolutionGeometry g, float* source) => new(source, g.SourceChannels, g.Rows.Residue(0), g.Columns.Residue(0));

    static int BlockRows(in ConvolutionGeometry g) => Math.Clamp(PiecePixels / g.Columns.Results, 1, g.Rows.Results);
}
