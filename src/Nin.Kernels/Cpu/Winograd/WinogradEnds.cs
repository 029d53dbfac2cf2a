using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// Tiles of the input at the points of <see cref="WinogradTransform"/>, as A of one product a point: <c>[depth block, point, tile, channel of the block]</c>.
/// </summary>
unsafe struct WinogradInput<TMatrices>
    where TMatrices : struct, IWinogradMatrices
{
    public WinogradTiles Windows;

    /// <summary>Channels of a block.</summary>
    public int Block;

    /// <summary>Floats from a tile to the next.</summary>
    public int RowLength;

    /// <summary>Floats from a point to the next.</summary>
    public nint PointLength;

    static int Points => TMatrices.Side * TMatrices.Side;

    readonly int Depth => Windows.Channels;

    /// <summary>Floats of all points.</summary>
    public readonly long Length => (long)Packing.CeilDivide(Depth, Block) * Points * PointLength;

    /// <summary>Transforms so many tiles of the batch.</summary>
    /// <param name="first">The first tile.</param>
    /// <param name="count">Tiles.</param>
    /// <param name="values">Where the first of them goes.</param>
    /// <param name="border">A buffer for tiles at the edge of the image.</param>
    /// <param name="buffer"><see cref="WinogradTransform.BufferLength"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Transform<TLanes>(long first, int count, float* values, float* border, float* buffer)
        where TLanes : struct, ILanes<TLanes>
    {
        PixelCursor tile = Windows.At(first);
        for (int i = 0; i < count; i++)
        {
            float* window = Windows.Read<TLanes>(tile, border, out nint rowStep);
            tile.Advance(Windows.Rows, Windows.Columns);
            for (int from = 0; from < Depth; from += Block)
            {
                float* to = values + from / Block * Points * PointLength + i * RowLength;
                int channels = Math.Min(Block, Depth - from);
                for (int c = 0; c < channels; c += TLanes.Count)
                {
                    WinogradTransform.Input<TMatrices, TLanes>(channels - c, window + from + c, rowStep, Depth, to + c, PointLength, buffer);
                }
            }
        }

        // Rows that fill the last register tile: their sums are discarded, but must not be slow (subnormal) ones.
        for (int i = count; i % MicroKernel.Rows<TLanes>() != 0; i++)
        {
            for (float* row = values + i * RowLength; row < values + Length; row += PointLength)
            {
                Copying.Clear<TLanes>(row, Block);
            }
        }
    }
}

/// <summary>The results out of the sums at the points: output transform, what is added to it, bias and activation.</summary>
unsafe struct WinogradOutput<TMatrices>
    where TMatrices : struct, IWinogradMatrices
{
    public WinogradTiles Results;
    public bool Accumulate;

    /// <summary>Floats from an output to what is added to it; 0 where that is the output itself.</summary>
    public nint FromOffset;
    public TileEpilogue Epilogue;

    /// <summary>Stores so many tiles of the batch.</summary>
    /// <param name="first">The first tile.</param>
    /// <param name="count">Tiles.</param>
    /// <param name="j">The first column.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="sums">The sums of the first tile, [point, tile, column].</param>
    /// <param name="pointStep">Floats from a point to the next.</param>
    /// <param name="tileStep">Floats from a tile to the next.</param>
    /// <param name="buffer"><see cref="WinogradTransform.BufferLength"/> floats.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Store<TLanes>(
        long first, int count, int j, int columns, float* sums, nint pointStep, int tileStep, float* buffer)
        where TLanes : struct, ILanes<TLanes>
    {
        float* results = stackalloc float[WinogradTransform.BufferLength];
        PixelCursor tile = Results.At(first);
        for (int i = 0; i < count; i++, sums += tileStep)
        {
            int top = tile.Row * Results.Side, left = tile.Column * Results.Side;
            int rows = Math.Min(Results.Side, Results.Height - top), width = Math.Min(Results.Side, Results.Width - left);
            float* y = Results.Image + (((nint)tile.Example * Results.Height + top) * Results.Width + left) * Results.Channels + j;
            tile.Advance(Results.Rows, Results.Columns);
            for (int c = 0; c < columns; c += TLanes.Count)
            {
                WinogradTransform.Output<TMatrices, TLanes>(Results.Side, scaled: false, sums + c, pointStep, results, buffer);
                if (columns - c >= TLanes.Count) StoreTile<TLanes, WholeExtent>(rows, width, j + c, results, y + c, default);
                else StoreTile<TLanes, PartExtent>(rows, width, j + c, results, y + c, new PartExtent(columns - c));
            }

            for (int row = 0; row < rows && !Epilogue.Activation.IsNone; row++, y += (nint)Results.Width * Results.Channels)
            {
                Epilogue.Activation.Apply(y, Results.Channels, width, columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void StoreTile<TLanes, TExtent>(int rows, int width, int column, float* results, float* y, TExtent extent)
        where TLanes : struct, ILanes<TLanes>
        where TExtent : struct, IExtent
    {
        TLanes floor = TLanes.Broadcast(Epilogue.Floor), ceiling = TLanes.Broadcast(Epilogue.Ceiling);
        TLanes bias = Epilogue.Bias is null ? TLanes.Broadcast(-0f) : extent.Load<TLanes>(Epilogue.Bias + column);
        for (int row = 0; row < rows; row++)
        {
            float* from = results + row * Results.Side * TLanes.Count, to = y + (nint)row * Results.Width * Results.Channels;
            for (int i = 0; i < width; i++, from += TLanes.Count, to += Results.Channels)
            {
                TLanes before = Accumulate ? extent.Load<TLanes>(to + FromOffset) : TLanes.Broadcast(-0f);
                extent.Store(to, TLanes.Min(ceiling, TLanes.Max(floor, before + TLanes.Load(from) + bias)));
            }
        }
    }
}
