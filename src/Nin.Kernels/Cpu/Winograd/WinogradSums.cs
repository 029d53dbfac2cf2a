using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// dw = or += the gradient of a run of tiles: at each point the product over the tiles, then <c>Gᵀ</c> sums <c>G</c> back to the taps. A
/// piece is a block of channels by a block of filters, whose sums at all points stay in the worker's cache.
/// </summary>
unsafe struct WinogradSums<TMatrices> : ILanesJob
    where TMatrices : struct, IWinogradMatrices
{
    /// <summary>Channels of a piece: those of a block lie together in memory, so that a product reads one run of it, which processors foresee.</summary>
    public const int BlockChannels = 48;

    const int BlockFilters = 64;

    // Where there are few pieces, the threads would have unequal shares of them.
    const int FewBlockFilters = 32;

    // Between points, so that they do not fall into the same few sets of a cache.
    const int Gap = 16;
    const int SumsStep = BlockChannels * BlockFilters + Gap;

    /// <summary>Floats of scratch memory for each worker.</summary>
    public static long WorkerLength => (long)Points * SumsStep;

    public int Kernel;
    public int Channels;
    public int Filters;

    /// <summary>Threads that compute.</summary>
    public int Threads;

    /// <summary>Tiles of the run.</summary>
    public int Count;

    /// <summary><c>[point, block of channels, tile, channel of the block]</c>, all channels padded to <see cref="PaddedChannels"/>.</summary>
    public float* Values;
    public int PaddedChannels;
    public nint ValuesStep;

    /// <summary>Packed as B of a product over the tiles, point by point.</summary>
    public float* Gradients;
    public nint GradientsStep;

    /// <summary>True to add to what dw holds.</summary>
    public bool Accumulate;

    /// <summary><c>[kernel, kernel, channels, filters]</c>.</summary>
    public float* DW;
    public float* Scratch;

    static int Points => TMatrices.Side * TMatrices.Side;

    public readonly int Pieces => ChannelBlocks * FilterBlocks;

    readonly int ChannelBlocks => Packing.CeilDivide(Channels, BlockChannels);

    readonly int FilterBlocks => Packing.CeilDivide(Filters, FiltersAtOnce);

    readonly int FiltersAtOnce =>
        Threads > 1 && ChannelBlocks * Packing.CeilDivide(Filters, BlockFilters) < 2 * Threads ? FewBlockFilters : BlockFilters;

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        float* sums = Scratch + worker * WorkerLength;
        int filters = FiltersAtOnce, channel = index / FilterBlocks * BlockChannels, filter = index % FilterBlocks * filters;
        var product = new MacroKernel
        {
            Rows = Math.Min(BlockChannels, Channels - channel),
            Columns = Math.Min(filters, Filters - filter),
            Depth = Count,
            Runs = new DepthRuns(1, Count, Math.Min(BlockChannels, PaddedChannels - channel)),
            PanelStep = MicroKernel.Rows<TLanes>(),
            IsExact = true,
            CStep = BlockFilters,
            Epilogue = TileEpilogue.None,
        };
        for (int point = 0; point < Points; point++)
        {
            product.A = Values + point * ValuesStep + (nint)channel * Count;
            product.B = Gradients + point * GradientsStep + (nint)filter * Count;
            product.C = sums + point * SumsStep;
            // The next point's factors, which are elsewhere in a cache that all threads share.
            product.Ahead = point + 1 < Points
                ? new ReadAhead(product.B + GradientsStep, (long)product.Columns * Count).Then(product.A + ValuesStep, product.Runs.Step * Count)
                : default;
            product.Execute<TLanes, ColumnPanel>();
        }

        for (int i = 0; i < product.Rows; i++)
        {
            Output<TLanes>(sums + i * BlockFilters, product.Columns, DW + (nint)(channel + i) * Filters + filter);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Output<TLanes>(float* sums, int filters, float* dW)
        where TLanes : struct, ILanes<TLanes>
    {
        float* buffer = stackalloc float[WinogradTransform.BufferLength];
        float* taps = stackalloc float[WinogradTransform.BufferLength];
        for (int f = 0; f < filters; f += TLanes.Count)
        {
            var extent = new PartExtent(Math.Min(TLanes.Count, filters - f));
            WinogradTransform.Output<TMatrices, TLanes>(Kernel, scaled: true, sums + f, SumsStep, taps, buffer);
            float* to = dW + f;
            for (int tap = 0; tap < Kernel * Kernel; tap++, to += (nint)Channels * Filters)
            {
                TLanes sum = TLanes.Load(taps + tap * TLanes.Count);
                extent.Store(to, Accumulate ? extent.Load<TLanes>(to) + sum : sum);
            }
        }
    }
}

/// <summary>
/// The transformed factors of a weight gradient, for a run of tiles: <c>Bᵀ x B</c> as <see cref="WinogradSums{TMatrices}.Values"/> and
/// <c>A dy Aᵀ</c> packed as B of a product over the tiles. A piece is a few tiles.
/// </summary>
unsafe struct WinogradPairs<TMatrices> : ILanesJob
    where TMatrices : struct, IWinogradMatrices
{
    const int PieceTiles = 8;

    public WinogradTiles Windows;
    public WinogradTiles Results;

    /// <summary>First tile of the run.</summary>
    public long First;

    /// <summary>Tiles of the run.</summary>
    public int Count;

    /// <summary>Where <c>Bᵀ x B</c> goes.</summary>
    public float* Values;
    public int PaddedChannels;
    public nint ValuesStep;

    /// <summary>Where <c>A dy Aᵀ</c> goes.</summary>
    public float* Gradients;
    public nint GradientsStep;

    /// <summary>A buffer for the tiles at the edge of the image, for each worker.</summary>
    public float* Borders;
    public long BorderLength;

    public readonly int Pieces => Packing.CeilDivide(Count, PieceTiles);

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        float* buffer = stackalloc float[WinogradTransform.BufferLength];
        float* border = Borders + worker * BorderLength;
        int from = index * PieceTiles, end = Math.Min(Count, from + PieceTiles);
        PixelCursor tile = Windows.At(First + from);
        for (int i = from; i < end; i++)
        {
            Window<TLanes>(tile, i, border, buffer);
            Result<TLanes>(tile, i, border, buffer);
            tile.Advance(Windows.Rows, Windows.Columns);
        }
    }

    readonly void Window<TLanes>(PixelCursor tile, int i, float* border, float* buffer)
        where TLanes : struct, ILanes<TLanes>
    {
        float* x = Windows.Read<TLanes>(tile, border, out nint rowStep);
        const int Block = WinogradSums<TMatrices>.BlockChannels;
        for (int from = 0; from < Windows.Channels; from += Block)
        {
            int padded = Math.Min(Block, PaddedChannels - from), end = Math.Min(Windows.Channels, from + Block);
            float* to = Values + (nint)from * Count + i * padded;
            for (int c = from; c < end; c += TLanes.Count, to += TLanes.Count)
            {
                WinogradTransform.Input<TMatrices, TLanes>(Windows.Channels - c, x + c, rowStep, Windows.Channels, to, ValuesStep, buffer);
            }
        }
    }

    readonly void Result<TLanes>(PixelCursor tile, int i, float* border, float* buffer)
        where TLanes : struct, ILanes<TLanes>
    {
        float* dY = Results.Read<TLanes>(tile, border, out nint rowStep);
        int filters = Results.Channels;
        for (int j = 0; j < filters; j += TLanes.Count)
        {
            int inPanel = Packing.BeforeInPanel(j, filters, TLanes.Count);
            int left = filters - j, width = Packing.PanelColumns(left + inPanel, TLanes.Count);
            float* to = Gradients + (nint)(j - inPanel) * Count + (nint)i * width + inPanel;
            // Whole registers are written: not a wider one than the panel, which would go over the next tile, another thread's.
            if (width < TLanes.Count) Transform<Lanes256>(left, dY + j, rowStep, to, buffer);
            else Transform<TLanes>(left, dY + j, rowStep, to, buffer);
        }
    }

    readonly void Transform<TLanes>(int channels, float* dY, nint rowStep, float* to, float* buffer)
        where TLanes : struct, ILanes<TLanes> =>
        WinogradTransform.Filter<TMatrices, TLanes>(channels, Results.Side, scaled: false, dY, rowStep, Results.Channels, to, GradientsStep, buffer);
}
