using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// y = act(Winograd convolution of x + bias) over a batch, or y += it. A piece is a run of tiles, and a share of the columns where tiles
/// are too few for the threads: windows to points, one product a point, points to results, all of it in the worker's cache.
/// </summary>
unsafe struct WinogradProduct<TPoints> : ILanesJob
    where TPoints : struct, IWinogradPoints
{
    // Tiles and columns of one product: what they take together stays in the level-2 cache, and a panel of B serves several panels of A.
    const int MaxPanels = 8;
    const int BlockColumns = 64;

    // Between the points of a block, so that they do not share the few sets of a cache.
    const int Gap = 16;

    public WinogradTiles Windows;
    public WinogradTiles Results;
    public long Tiles;

    /// <summary>Tiles of a piece.</summary>
    public int RunTiles;

    /// <summary>Shares of the columns.</summary>
    public int Splits;
    public float* Packed;
    public bool Accumulate;
    public float* Bias;
    public float Floor;
    public float* Scratch;

    static int Points => TPoints.Side * TPoints.Side;

    readonly int Depth => Windows.Channels;

    readonly int RowLength => Depth <= ShortRowPanel.MaxDepth ? ShortRowPanel.RowLength : RowPanel.RowLength;

    /// <summary>Floats of scratch memory for each worker.</summary>
    public static long ScratchLength(int width, in WinogradTiles windows) =>
        new WinogradProduct<TPoints> { Windows = windows, RunTiles = MaxPanels * RegisterTile.Rows(width) }.WorkerLength;

    readonly long ValuesLength => (long)Packing.CeilDivide(Depth, Packing.BlockDepth(Depth)) * Points * PointLength;

    readonly nint PointLength => (nint)RunTiles * RowLength + Gap;

    readonly nint SumsStep => (nint)RunTiles * BlockColumns + Gap;

    readonly long WorkerLength => ValuesLength + Points * SumsStep + Packing.RoundUp((int)Windows.BufferLength, Gap);

    public void Run(WorkerPool pool)
    {
        int rows = RegisterTile.Rows(pool.Width);
        int panels = Packing.CeilDivide(Tiles, rows);
        RunTiles = rows * Math.Clamp(panels / (2 * pool.Threads), 1, MaxPanels);
        int runs = Packing.CeilDivide(Tiles, RunTiles);
        int columnPanels = Packing.CeilDivide(Results.Channels, pool.Width / 16);
        Splits = runs % pool.Threads == 0 || runs >= 4 * pool.Threads ? 1 : Math.Min(pool.Threads, columnPanels);
        SimdWidth.Run(pool, runs * Splits, this);
    }

    [SkipLocalsInit]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        float* buffer = stackalloc float[WinogradTransform.BufferLength];
        float* values = Scratch + worker * WorkerLength;
        float* sums = values + ValuesLength;
        long first = (long)(index / Splits) * RunTiles;
        int count = (int)Math.Min(RunTiles, Tiles - first);
        int share = Packing.RoundUp(Packing.CeilDivide(Results.Channels, Splits), 2 * TLanes.Count);
        int from = index % Splits * share, end = Math.Min(Results.Channels, from + share);
        Transform<TLanes>(first, count, values, sums + Points * SumsStep, buffer);
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

            Finish<TLanes>(first, count, j, columns, sums, buffer);
        }
    }

    // values [depth block, point, tile, channel of the block]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Transform<TLanes>(long first, int count, float* values, float* border, float* buffer)
        where TLanes : struct, ILanes<TLanes>
    {
        int block = Packing.BlockDepth(Depth);
        GridPixel tile = Windows.At(first);
        for (int i = 0; i < count; i++)
        {
            float* window = Windows.Read<TLanes>(tile, border, out nint rowStep);
            tile.Advance(Windows.Rows, Windows.Columns);
            for (int from = 0; from < Depth; from += block)
            {
                float* to = values + from / block * Points * PointLength + i * RowLength;
                int channels = Math.Min(block, Depth - from), c = 0;
                for (; c <= channels - TLanes.Count; c += TLanes.Count)
                {
                    WinogradTransform.Window<TPoints, TLanes, WholeExtent>(
                        default, window + from + c, rowStep, Depth, to + c, PointLength, buffer);
                }

                if (c < channels)
                {
                    var rest = new PartExtent(channels - c);
                    WinogradTransform.Window<TPoints, TLanes, PartExtent>(
                        rest, window + from + c, rowStep, Depth, to + c, PointLength, buffer);
                }
            }
        }

        // Rows that fill the last register tile: their sums are thrown away, but must not be slow ones.
        for (int i = count; i % RegisterTile.Rows<TLanes>() != 0; i++)
        {
            for (float* row = values + i * RowLength; row < values + ValuesLength; row += PointLength)
            {
                Copying.Clear<TLanes>(row, block);
            }
        }
    }

    // sums [point, tile, column] = values x weights
    readonly void Multiply<TLanes, TPanel>(int count, int j, int columns, float* values, float* sums)
        where TLanes : struct, ILanes<TLanes>
        where TPanel : struct, IPanel
    {
        int padded = Packing.PaddedColumns(Results.Channels, 32 * TLanes.Count);
        var product = new BlockProduct
        {
            Rows = count,
            Columns = columns,
            PanelStep = RegisterTile.Rows<TLanes>() * TPanel.RowStep,
            CStep = BlockColumns,
            Floor = float.NegativeInfinity,
        };
        for (int point = 0; point < Points; point++)
        {
            product.A = values + point * PointLength;
            product.C = sums + point * SumsStep;
            product.FromC = false;
            for (int from = 0; from < Depth; from += product.Depth)
            {
                product.Depth = Math.Min(Packing.BlockDepth(Depth), Depth - from);
                product.Runs = new DepthRuns(1, product.Depth, Step: 1);
                product.B = Packed + ((nint)from * Points + (nint)point * product.Depth) * padded + (nint)j * product.Depth;
                product.Execute<TLanes, TPanel>();
                product.A += Points * PointLength;
                product.FromC = true;
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Finish<TLanes>(long first, int count, int j, int columns, float* sums, float* buffer)
        where TLanes : struct, ILanes<TLanes>
    {
        float* results = stackalloc float[WinogradTransform.BufferLength];
        TLanes floor = TLanes.Broadcast(Floor);
        GridPixel tile = Results.At(first);
        for (int i = 0; i < count; i++, sums += BlockColumns)
        {
            int top = tile.Row * Results.Side, left = tile.Column * Results.Side;
            int rows = Math.Min(Results.Side, Results.Height - top), width = Math.Min(Results.Side, Results.Width - left);
            float* y = Results.Image + (((nint)tile.Sample * Results.Height + top) * Results.Width + left) * Results.Channels + j;
            tile.Advance(Results.Rows, Results.Columns);
            for (int c = 0; c < columns; c += TLanes.Count)
            {
                var extent = new PartExtent(Math.Min(TLanes.Count, columns - c));
                TLanes bias = Bias is null ? TLanes.Broadcast(-0f) : extent.Load<TLanes>(Bias + j + c);
                WinogradTransform.Fold<TPoints, TLanes>(Results.Side, scaled: false, sums + c, SumsStep, results, buffer);
                for (int row = 0; row < rows; row++)
                {
                    float* from = results + row * Results.Side * TLanes.Count;
                    float* to = y + (nint)row * Results.Width * Results.Channels + c;
                    for (int column = 0; column < width; column++, from += TLanes.Count, to += Results.Channels)
                    {
                        TLanes before = Accumulate ? extent.Load<TLanes>(to) : TLanes.Broadcast(-0f);
                        extent.Store(to, TLanes.Max(floor, before + TLanes.Load(from) + bias));
                    }
                }
            }
        }
    }
}

/// <summary>A <see cref="RowPanel"/> for depths of up to half as much, whose rows take half the memory.</summary>
readonly struct ShortRowPanel : IPanel
{
    /// <summary>Longest depth of a panel.</summary>
    public const int MaxDepth = RowPanel.MaxDepth / 2;

    /// <summary>Floats from row to row. Whole cache lines, but no power of two: see <see cref="RowPanel"/>.</summary>
    public const int RowLength = MaxDepth + 16;

    public static int RowStep => RowLength;
}
