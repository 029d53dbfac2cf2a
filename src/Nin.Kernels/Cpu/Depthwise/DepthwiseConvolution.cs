namespace Nin.Ops;

/// <summary>
/// Fprop and dgrad where groups are narrow, depthwise convolutions above all: not a matrix product, but a sum per result channel, which is a lane.
/// Each element is one accumulation in the order (tap row, tap column, source channel), or as <see cref="DepthwiseSweep"/> says, whatever the batch and the
/// threads; taps outside the image are left out, and pixels that no window reads get zero.
/// </summary>
/// <remarks>
/// As a matrix product per group it would be a column wide: seven lanes of eight would multiply padding. A piece is some result rows of one example;
/// where the source has to be spread (<see cref="DepthwiseSource"/>), of one block of channels. A source that is normalised first is copied row by row, just before
/// the first result that reads the row, and takes the place of the row that no later result reads.
/// </remarks>
unsafe struct DepthwiseConvolution : ILanesJob
{
    // Channels that are spread at a time: whole registers of any width.
    const int SpreadChannels = 32;

    // Floats of spread rows: a good part of the level-2 cache.
    const int SpreadLength = 1 << 16;

    ConvolutionGeometry g;
    DepthwiseSource source;
    float* weights;
    float* result;
    TileEpilogue epilogue;
    bool accumulate;
    bool past;
    nint fromOffset;
    int rowBlocks;
    int channelBlocks;
    float* scratch;
    long scratchLength;

    /// <summary>Floats of scratch memory that a run needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in ConvolutionGeometry g, bool normalizes = false) => pool.Threads * ScratchLength(g, normalizes);

    /// <param name="pool">Threads and width.</param>
    /// <param name="g">The convolution in the direction asked for.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="source"><c>[batch, Rows.Sources, Columns.Sources, Groups SourceChannels]</c>.</param>
    /// <param name="weights"><c>[taps, SourceChannels, Groups ResultChannels]</c>: see <see cref="DepthwiseWeights"/>.</param>
    /// <param name="epilogue">What happens to a finished sum.</param>
    /// <param name="accumulate">True to start from what the result holds, false to overwrite it unread.</param>
    /// <param name="result"><c>[batch, Rows.Results, Columns.Results, Groups ResultChannels]</c>.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> floats.</param>
    /// <param name="residual">What the sums start from, of the result's shape; null for none.</param>
    /// <param name="normalization">Fprop of one channel a group alone: what is done to the source first.</param>
    public static void Run(
        WorkerPool pool, in ConvolutionGeometry g, int batch, float* source, float* weights, in TileEpilogue epilogue, bool accumulate, float* result,
        float* workspace, float* residual = null, in InputNormalization normalization = default)
    {
        var job = new DepthwiseConvolution
        {
            g = g,
            source = new DepthwiseSource(source, g, normalization.IsSome, normalization),
            weights = weights,
            result = result,
            epilogue = epilogue,
            accumulate = accumulate || residual is not null,
            past = !accumulate && residual is null && epilogue.Activation.IsNone
                && PastExtent.Suits(pool, result, (long)batch * g.Pixels, Channels(g)),
            fromOffset = residual is null ? 0 : (nint)(residual - result),
            channelBlocks = IsPlain(g) ? 1 : Packing.CeilDivide(Channels(g), SpreadChannels),
            scratch = workspace,
            scratchLength = ScratchLength(g, normalization.IsSome),
        };

        // Pieces enough for every thread, whose spread rows fit the scratch memory; few rows of an image are read by two pieces.
        int wanted = Packing.CeilDivide(8L * pool.Threads, batch * job.channelBlocks);
        job.rowBlocks = Math.Clamp(wanted, Packing.CeilDivide(g.Rows.Results, BlockRows(g)), g.Rows.Results);
        SimdWidth.Run(pool, batch * job.rowBlocks * job.channelBlocks, job);
    }

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int c = index % channelBlocks * SpreadChannels;
        index /= channelBlocks;
        int example = index / rowBlocks, block = index % rowBlocks;
        int first = (int)((long)block * g.Rows.Results / rowBlocks), end = (int)((block + 1L) * g.Rows.Results / rowBlocks);
        int channels = channelBlocks == 1 ? Channels(g) : Math.Min(SpreadChannels, Channels(g) - c);
        (int from, int to) = g.Rows.SourcesOf(first, end);
        float* copies = scratch + worker * scratchLength;
        bool isCopied = IsPlain(g) && !source.IsInPlace;
        int copiedRows = isCopied ? (int)SourceRows(g, 1) : 0;
        float* rows = from < to && !isCopied ? source.Rows<TLanes>(example, from, to, c, channels, copies) : null;

        DepthwiseRow* taps = stackalloc DepthwiseRow[g.Rows.Taps];
        var tile = new DepthwiseTile
        {
            Rows = taps,
            Planes = source.Planes,
            PlaneStep = channels,
            WeightPlaneStep = Channels(g),
            Accumulate = accumulate,
            FromOffset = fromOffset,
            Epilogue = epilogue.From(c),
            Channels = channels,
            Past = past,
        };
        nint tapStep = (nint)source.Planes * Channels(g);
        bool isSweep = IsPlain(g) && DepthwiseSweep.Suits(g);
        for (int row = first; row < end; row++)
        {
            tile.RowCount = 0;
            if (isCopied)
            {
                (int next, int last) = g.Rows.SourcesOf(row, row + 1);
                for (from = Math.Max(from, next); from < last; from++)
                    source.Rows<TLanes>(example, from, from + 1, c, channels, copies + from % copiedRows * source.RowStep(channels));
            }

            for (int tap = 0; tap < g.Rows.Taps; tap++)
            {
                int at = g.Rows.Source(row, tap);
                if (at < 0) continue;
                float* tapRow = isCopied ? copies + at % copiedRows * source.RowStep(channels) : rows + (at - from) * source.RowStep(channels);
                taps[tile.RowCount++] = new(tapRow, weights + c + (nint)tap * g.Columns.Taps * tapStep);
            }

            float* y = result + (((nint)example * g.Rows.Results + row) * g.Columns.Results) * Channels(g) + c;
            if (isSweep && tile.RowCount > 0)
            {
                tile.Y = y;
                tile.YStep = Channels(g);
                DepthwiseSweep.Run<TLanes>(tile, g.Columns, source.PixelStep(channels), tapStep);
            }
            else
            {
                for (int residue = 0; residue < g.Columns.Divisor; residue++) Row<TLanes>(tile, g.Columns.Residue(residue), tapStep, y);
            }

            if (!epilogue.Activation.IsNone) epilogue.Activation.Apply(y, Channels(g), g.Columns.Results, channels);
        }

        if (past) PastExtent.Fence();
    }

    // The results of one row and residue: those whose taps are all inside as one tile, those at the edge one by one.
    readonly void Row<TLanes>(in DepthwiseTile row, in ResidueAxis columns, nint tapStep, float* y)
        where TLanes : struct, ILanes<TLanes>
    {
        DepthwiseTile tile = row;
        nint pixelStep = source.PixelStep(tile.Channels);
        tile.ResultStep = columns.Scale * pixelStep;
        tile.PlaceStep = columns.SourceStep * pixelStep;
        tile.TapStep = columns.TapStep * tapStep;
        tile.YStep = (nint)columns.ResultStep * Channels(g);
        (int inside, int end) = columns.AllInside();
        for (int i = 0; i < columns.Results;)
        {
            bool isInside = i >= inside && i < end;
            (int place, int endPlace) = isInside ? (0, columns.Taps) : columns.PlacesInside(i);
            int count = isInside ? end - i : 1;
            tile.Places = endPlace - place;
            tile.Source = ((nint)i * columns.Scale + columns.Start + place * columns.SourceStep) * pixelStep;
            tile.Tap = columns.TapAt(place) * tapStep;
            tile.Y = y + columns.First * (nint)Channels(g) + i * tile.YStep;
            tile.Run<TLanes>(count);
            i += count;
        }
    }

    static bool IsPlain(in ConvolutionGeometry g) => g.SourceChannels == 1 && g.ResultChannels == 1;

    static int Channels(in ConvolutionGeometry g) => g.Groups * g.ResultChannels;

    // Result rows whose spread source rows fit; at least 1.
    static int BlockRows(in ConvolutionGeometry g)
    {
        if (IsPlain(g)) return g.Rows.Results;
        int rows = 1;
        while (rows < g.Rows.Results && SourceRows(g, rows + 1) * SpreadRow(g) <= SpreadLength) rows++;
        return rows;
    }

    static long ScratchLength(in ConvolutionGeometry g, bool normalizes) =>
        normalizes ? SourceRows(g, 1) * g.Columns.Sources * Channels(g)
        : IsPlain(g) ? 0
        : SourceRows(g, BlockRows(g)) * SpreadRow(g);

    static long SpreadRow(in ConvolutionGeometry g) => (long)g.Columns.Sources * g.SourceChannels * SpreadChannels;

    // The most source rows that a number of neighbouring results read.
    static long SourceRows(in ConvolutionGeometry g, int rows) =>
        Math.Min(g.Rows.Sources, ((rows - 1L) * g.Rows.Scale + (g.Rows.Taps - 1L) * Math.Abs(g.Rows.TapStep)) / g.Rows.Divisor + 1);
}
