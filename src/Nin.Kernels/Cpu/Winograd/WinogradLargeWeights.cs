using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// <see cref="WinogradConvolution"/>, with the same bits, of few tiles by many weights, as in the last layers of ResNet: weights go through the filter
/// transform a block at a time, in the cache of the thread that multiplies them.
/// </summary>
/// <remarks>
/// At their 36 points weights take four times their memory. A copy of them all would be written to memory and read back at every step of training, which
/// for a few tiles takes longer than the products. Where weights stay as they are, in inference, the copy is kept and read, which takes half as long as
/// transforming them in each call. The transform of a block takes as long as 3 tiles.
/// </remarks>
static unsafe class WinogradLargeWeights
{
    // At their points: fewer stay in a cache, packed or not.
    const long LeastWeights = 1 << 19;

    // Columns of the result for each tile, at least: tiles at their points have to stay in the outer cache, and so have the sums of a piece.
    const int ColumnsPerTile = 4;

    /// <summary>Whether a convolution has so many weights, and a batch so few tiles, that this is faster.</summary>
    public static bool Suits(in Conv2dSizes sizes, int batch)
    {
        var tiles = new WinogradSizes(sizes);
        return (long)tiles.Points * sizes.Channels * sizes.Filters >= LeastWeights && (long)batch * tiles.Tiles * ColumnsPerTile <= sizes.Filters;
    }

    /// <summary>Floats of scratch memory that <see cref="Run"/> needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in Conv2dSizes sizes, int batch) =>
        new WinogradSizes(sizes).Kernel == 3
            ? Of<F4x3>(pool, sizes, batch).WorkspaceLength(pool)
            : Of<F4x5>(pool, sizes, batch).WorkspaceLength(pool);

    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution, of which <see cref="Suits"/> is true.</param>
    /// <param name="batch">Examples in x and y.</param>
    /// <param name="x">Input.</param>
    /// <param name="weights">How the weights become those of this convolution.</param>
    /// <param name="w">The weights as the parameter has them.</param>
    /// <param name="epilogue">What happens to a finished sum.</param>
    /// <param name="accumulate">True to add to what y holds, false to overwrite it unread.</param>
    /// <param name="y">Output.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> floats.</param>
    /// <param name="residual">What is added to each sum before the epilogue, of y's shape; null for none.</param>
    public static void Run(
        WorkerPool pool, in Conv2dSizes sizes, int batch, float* x, in WinogradWeights weights, float* w, in TileEpilogue epilogue, bool accumulate, float* y,
        float* workspace, float* residual = null)
    {
        float* before = residual is null && accumulate ? y : residual;
        if (new WinogradSizes(sizes).Kernel == 3) Run<F4x3>(pool, sizes, batch, x, weights, w, epilogue, before, y, workspace);
        else Run<F4x5>(pool, sizes, batch, x, weights, w, epilogue, before, y, workspace);
    }

    static void Run<TMatrices>(
        WorkerPool pool, in Conv2dSizes sizes, int batch, float* x, in WinogradWeights weights, float* w, in TileEpilogue epilogue, float* before, float* y,
        float* workspace)
        where TMatrices : struct, IWinogradMatrices
    {
        var tiles = new WinogradSizes(sizes);
        var product = Of<TMatrices>(pool, sizes, batch);
        product.Input.Windows = tiles.Windows(x);
        product.Output = new WinogradOutput<TMatrices>
        {
            Results = tiles.Results(y), Accumulate = before is not null, FromOffset = before is null ? 0 : (nint)(before - y), Epilogue = epilogue,
        };
        product.Weights = weights.Packer<TMatrices>(w);
        product.Values = workspace;
        product.Scratch = workspace + product.Input.Length;
        SimdWidth.Run(pool, product.TilePieces(pool), new WinogradTilesToPoints<TMatrices> { Product = product });
        SimdWidth.Run(pool, product.Pieces, product);
    }

    static WinogradLargeProduct<TMatrices> Of<TMatrices>(WorkerPool pool, in Conv2dSizes sizes, int batch)
        where TMatrices : struct, IWinogradMatrices =>
        new(pool, new WinogradSizes(sizes), batch);
}

/// <summary>The products of some columns of the result, over all tiles: a piece. The tiles are at their points already.</summary>
unsafe struct WinogradLargeProduct<TMatrices> : ILanesJob
    where TMatrices : struct, IWinogradMatrices
{
    // Columns of a piece, whole panels of any width. With a block of the depth their weights at all points take half of a level-2 cache.
    const int Columns = 32;
    const int BlockLength = 4608;

    // Between points, so that they do not fall into the same few sets of a cache.
    const int Gap = 16;

    public WinogradInput<TMatrices> Input;
    public WinogradOutput<TMatrices> Output;
    public WinogradPacking<TMatrices> Weights;

    /// <summary>The tiles at their points.</summary>
    public float* Values;

    /// <summary>For each thread a block of weights and the sums of a piece, or a tile at the edge of the image.</summary>
    public float* Scratch;

    readonly int tiles;
    readonly int filters;

    public WinogradLargeProduct(WorkerPool pool, in WinogradSizes sizes, int batch)
    {
        int depth = sizes.Convolution.Channels, blocks = Packing.CeilDivide(depth, BlockLength / Points), rows = MicroKernel.Rows(pool.Width);
        (tiles, filters) = (batch * sizes.Tiles, sizes.Convolution.Filters);
        Input = new WinogradInput<TMatrices>
        {
            Windows = sizes.Windows(null),
            Block = Packing.CeilDivide(depth, blocks),
            RowLength = ShortRowPanel.RowLength,
            PointLength = (nint)Packing.RoundUp(tiles, rows) * ShortRowPanel.RowLength + Gap,
        };
    }

    static int Points => TMatrices.Side * TMatrices.Side;

    /// <summary>Pieces of <see cref="Columns"/> columns.</summary>
    public readonly int Pieces => Packing.CeilDivide(filters, Columns);

    readonly long WeightsLength => (long)Points * (Input.Block * Columns + WinogradPacking.Gap);

    readonly nint SumsStep => (nint)tiles * Columns + Gap;

    readonly long WorkerLength => Math.Max(WeightsLength + Points * SumsStep, Packing.RoundUp((int)Input.Windows.BufferLength, Gap));

    /// <summary>Pieces of the tiles, a panel each.</summary>
    public readonly int TilePieces(WorkerPool pool) => Packing.CeilDivide(tiles, MicroKernel.Rows(pool.Width));

    /// <summary>Floats of <see cref="Values"/> and <see cref="Scratch"/>.</summary>
    public readonly long WorkspaceLength(WorkerPool pool) => Input.Length + pool.Threads * WorkerLength;

    /// <summary>Takes the tiles of one panel to their points.</summary>
    [SkipLocalsInit]
    public readonly void Transform<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        float* buffer = stackalloc float[WinogradTransform.BufferLength];
        int first = index * MicroKernel.Rows<TLanes>(), count = Math.Min(MicroKernel.Rows<TLanes>(), tiles - first);
        Input.Transform<TLanes>(first, count, Values + (nint)first * Input.RowLength, Scratch + worker * WorkerLength, buffer);
    }

    [SkipLocalsInit]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        float* buffer = stackalloc float[WinogradTransform.BufferLength];
        float* weights = Scratch + worker * WorkerLength, sums = weights + WeightsLength;
        int column = index * Columns, end = Math.Min(filters, column + Columns), channels = Input.Windows.Channels;
        var product = new MacroKernel
        {
            Rows = tiles,
            Columns = end - column,
            PanelStep = MicroKernel.Rows<TLanes>() * ShortRowPanel.RowStep,
            CStep = Columns,
            Epilogue = TileEpilogue.None,
        };
        for (int from = 0; from < channels; from += Input.Block)
        {
            product.Depth = Math.Min(Input.Block, channels - from);
            product.Runs = new DepthRuns(1, product.Depth, Step: 1);
            product.FromC = from > 0;
            Weights.Pack<TLanes>(from, product.Depth, column, end, weights, 0, product.Depth);
            nint step = (nint)product.Depth * Packing.PaddedColumns(product.Columns, 32 * TLanes.Count) + WinogradPacking.Gap;
            for (int point = 0; point < Points; point++)
            {
                product.A = Values + (from / Input.Block * Points + point) * Input.PointLength;
                product.B = weights + point * step;
                product.C = sums + point * SumsStep;
                // The tiles of the next point are in a cache that all threads share; the weights are in this one's own.
                product.Ahead = point + 1 < Points ? new ReadAhead(product.A + Input.PointLength, (long)tiles * Input.RowLength) : default;
                product.Execute<TLanes, ShortRowPanel>();
            }
        }

        Output.Store<TLanes>(0, tiles, column, product.Columns, sums, SumsStep, Columns, buffer);
    }
}

/// <summary>The input transform of a <see cref="WinogradLargeProduct{TMatrices}"/>.</summary>
struct WinogradTilesToPoints<TMatrices> : ILanesJob
    where TMatrices : struct, IWinogradMatrices
{
    public WinogradLargeProduct<TMatrices> Product;

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes> =>
        Product.Transform<TLanes>(index, worker);
}
