using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// Fprop by <see cref="WinogradTransform"/>: 36 or 64 products of matrices in place of one that is 4 (3x3) or 6.25 times (5x5) as
/// much work. Each element of y is one fixed sequence of operations, whatever the batch and the threads; its bits are not those of a direct sum.
/// </summary>
/// <remarks>Dgrad is the same with <see cref="WinogradSizes.Transpose"/> and weights packed for it.</remarks>
static unsafe class WinogradConvolution
{
    /// <summary>Floats of scratch memory that <see cref="Run"/> needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in Conv2dSizes sizes)
    {
        var tiles = new WinogradSizes(sizes);
        WinogradTiles windows = tiles.Windows(null);
        return pool.Threads * (tiles.Kernel == 3
            ? WinogradProduct<F4x3>.ScratchLength(pool.Width, windows)
            : WinogradProduct<F4x5>.ScratchLength(pool.Width, windows));
    }

    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution, of which <see cref="WinogradSizes.Suits"/> is true.</param>
    /// <param name="batch">Examples in x and y.</param>
    /// <param name="x">Input.</param>
    /// <param name="packed">The weights as <see cref="WinogradWeights"/> packs them.</param>
    /// <param name="epilogue">What happens to a finished sum.</param>
    /// <param name="accumulate">True to add to what y holds, false to overwrite it unread.</param>
    /// <param name="y">Output.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> floats.</param>
    /// <param name="residual">What is added to each sum before the epilogue, of y's shape; null for none.</param>
    public static void Run(
        WorkerPool pool, in Conv2dSizes sizes, int batch, float* x, float* packed, in TileEpilogue epilogue, bool accumulate, float* y,
        float* workspace, float* residual = null)
    {
        float* before = residual is null && accumulate ? y : residual;
        if (new WinogradSizes(sizes).Kernel == 3)
        {
            Product<F4x3>(sizes, batch, x, packed, epilogue, before, y, workspace).Run(pool);
        }
        else
        {
            Product<F4x5>(sizes, batch, x, packed, epilogue, before, y, workspace).Run(pool);
        }
    }

    static WinogradProduct<TMatrices> Product<TMatrices>(
        in Conv2dSizes sizes, int batch, float* x, float* packed, in TileEpilogue epilogue, float* before, float* y, float* workspace)
        where TMatrices : struct, IWinogradMatrices
    {
        var tiles = new WinogradSizes(sizes);
        return new WinogradProduct<TMatrices>
        {
            Windows = tiles.Windows(x),
            Output = new WinogradOutput<TMatrices>
            {
                Results = tiles.Results(y), Accumulate = before is not null, FromOffset = before is null ? 0 : (nint)(before - y), Epilogue = epilogue,
            },
            Tiles = (long)batch * tiles.Tiles,
            Packed = packed,
            Scratch = workspace,
        };
    }
}

/// <summary>
/// y = act(Winograd convolution of x + bias) over a batch, or y += it. A piece is a run of tiles, and a share of the columns where tiles
/// are too few for the threads: input transform, one product per point, output transform, all of it in the worker's cache.
/// </summary>
unsafe struct WinogradProduct<TMatrices> : ILanesJob
    where TMatrices : struct, IWinogradMatrices
{
    // Tiles and columns of one product: what they take together stays in the level-2 cache, and a panel of B serves several panels of A.
    const int MaxPanels = 8;
    const int BlockColumns = 64;

    // Between the points of a block, so that they do not fall into the same few sets of a cache.
    const int Gap = 16;

    public WinogradTiles Windows;
    public WinogradOutput<TMatrices> Output;
    public long Tiles;

    /// <summary>Tiles of a piece.</summary>
    public int RunTiles;

    /// <summary>Shares of the columns.</summary>
    public int Splits;
    public float* Packed;
    public float* Scratch;

    static int Points => TMatrices.Side * TMatrices.Side;

    readonly int Depth => Windows.Channels;

    readonly int RowLength => Depth <= ShortRowPanel.MaxDepth ? ShortRowPanel.RowLength : RowPanel.RowLength;

    /// <summary>Floats of scratch memory for each worker.</summary>
    public static long ScratchLength(int width, in WinogradTiles windows) =>
        new WinogradProduct<TMatrices> { Windows = windows, RunTiles = MaxPanels * MicroKernel.Rows(width) }.WorkerLength;

    readonly WinogradInput<TMatrices> Input => new()
    {
        Windows = Windows, Block = Packing.BlockDepth(Depth), RowLength = RowLength, PointLength = PointLength,
    };

    readonly nint PointLength => (nint)RunTiles * RowLength + Gap;

    readonly nint SumsStep => (nint)RunTiles * BlockColumns + Gap;

    readonly long WorkerLength => Input.Length + Points * SumsStep + Packing.RoundUp((int)Windows.BufferLength, Gap);

    public void Run(WorkerPool pool)
    {
        int rows = MicroKernel.Rows(pool.Width);
        int panels = Packing.CeilDivide(Tiles, rows);
        RunTiles = rows * Math.Clamp(panels / (2 * pool.Threads), 1, MaxPanels);
        int runs = Packing.CeilDivide(Tiles, RunTiles);
        int columnPanels = Packing.CeilDivide(Output.Results.Channels, pool.Width / 16);
        Splits = runs % pool.Threads == 0 || runs >= 4 * pool.Threads ? 1 : Math.Min(pool.Threads, columnPanels);
        SimdWidth.Run(pool, runs * Splits, this);
    }

    [SkipLocalsInit]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        float* buffer = stackalloc float[WinogradTransform.BufferLength];
        float* values = Scratch + worker * WorkerLength;
        float* sums = values + Input.Length;
        long first = (long)(index / Splits) * RunTiles;
        int count = (int)Math.Min(RunTiles, Tiles - first);
        int share = Packing.RoundUp(Packing.CeilDivide(Output.Results.Channels, Splits), 2 * TLanes.Count);
        int from = index % Splits * share, end = Math.Min(Output.Results.Channels, from + share);
        Input.Transform<TLanes>(first, count, values, sums + Points * SumsStep, buffer);
        for (int j = from; j < end; j += BlockColumns)
        {
            int columns = Math.Min(BlockColumns, end - j);
            if (RowLength == ShortRowPanel.RowLength)
            {
                Multiply<TLanes, ShortRowPanel>(count, j, columns, values, sums);
            }
            else
            {
                Multiply<TLanes, RowPanel>(count, j, columns, values, sums);
            }

            Output.Store<TLanes>(first, count, j, columns, sums, SumsStep, BlockColumns, buffer);
        }
    }

    // sums [point, tile, column] = values x weights
    readonly void Multiply<TLanes, TPanel>(int count, int j, int columns, float* values, float* sums)
        where TLanes : struct, ILanes<TLanes>
        where TPanel : struct, IPanel
    {
        int padded = Packing.PaddedColumns(Output.Results.Channels, 32 * TLanes.Count);
        var product = new MacroKernel
        {
            Rows = count,
            Columns = columns,
            PanelStep = MicroKernel.Rows<TLanes>() * TPanel.RowStep,
            CStep = BlockColumns,
            Epilogue = TileEpilogue.None,
        };
        int block = Packing.BlockDepth(Depth);
        for (int point = 0; point < Points; point++)
        {
            product.A = values + point * PointLength;
            product.C = sums + point * SumsStep;
            product.FromC = false;
            for (int from = 0; from < Depth; from += block)
            {
                product.Depth = Math.Min(block, Depth - from);
                product.Runs = new DepthRuns(1, product.Depth, Step: 1);
                product.B = Weights(from, point, j, padded);
                product.Ahead = from + block < Depth ? Factors(product.A + Points * PointLength, count, Weights(from + block, point, j, padded), columns, from + block)
                    : point + 1 < Points ? Factors(values + (point + 1) * PointLength, count, Weights(0, point + 1, j, padded), columns, 0)
                    : default;
                product.Execute<TLanes, TPanel>();
                product.A += Points * PointLength;
                product.FromC = true;
            }
        }
    }

    // Of a block of the depth, at a point, from a column on.
    readonly float* Weights(int from, int point, int j, int padded)
    {
        int depth = Math.Min(Packing.BlockDepth(Depth), Depth - from);
        return Packed + Points * WinogradPacking.BlockStart(from, Depth, padded) + point * ((nint)depth * padded + WinogradPacking.Gap) + (nint)j * depth;
    }

    // Both factors of a product lie apart from those of the one before.
    readonly ReadAhead Factors(float* a, int count, float* b, int columns, int from) =>
        new ReadAhead(b, (long)columns * Math.Min(Packing.BlockDepth(Depth), Depth - from)).Then(a, (long)count * RowLength);
}
