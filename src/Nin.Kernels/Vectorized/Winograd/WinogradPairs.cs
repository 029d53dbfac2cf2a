using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>
/// The factors of a gradient by weights at the points, for a run of tiles: <c>Bᵀ x B</c> as <c>[point, tile, channel]</c> and
/// <c>A dy Aᵀ</c> packed as B of a product over the tiles. A piece is a few tiles.
/// </summary>
unsafe struct WinogradPairs<TPoints> : ILanesJob
    where TPoints : struct, IWinogradPoints
{
    const int PieceTiles = 8;

    public WinogradTiles Windows;
    public WinogradTiles Results;

    /// <summary>First tile of the run.</summary>
    public long First;

    /// <summary>Tiles of the run.</summary>
    public int Count;

    /// <summary>Where <c>Bᵀ x B</c> goes: channels padded to <see cref="ChannelStep"/>.</summary>
    public float* Values;
    public int ChannelStep;
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
        GridPixel tile = Windows.At(First + from);
        for (int i = from; i < end; i++)
        {
            Window<TLanes>(tile, i, border, buffer);
            Result<TLanes>(tile, i, border, buffer);
            tile.Advance(Windows.Rows, Windows.Columns);
        }
    }

    readonly void Window<TLanes>(GridPixel tile, int i, float* border, float* buffer)
        where TLanes : struct, ILanes<TLanes>
    {
        float* x = Windows.Read<TLanes>(tile, border, out nint rowStep);
        float* to = Values + (nint)i * ChannelStep;
        for (int c = 0; c < Windows.Channels; c += TLanes.Count)
        {
            var extent = new PartExtent(Math.Min(TLanes.Count, Windows.Channels - c));
            WinogradTransform.Window<TPoints, TLanes, PartExtent>(extent, x + c, rowStep, Windows.Channels, to + c, ValuesStep, buffer);
        }
    }

    readonly void Result<TLanes>(GridPixel tile, int i, float* border, float* buffer)
        where TLanes : struct, ILanes<TLanes>
    {
        float* dY = Results.Read<TLanes>(tile, border, out nint rowStep);
        int filters = Results.Channels;
        for (int j = 0; j < filters; j += TLanes.Count)
        {
            int inPanel = j % (2 * TLanes.Count);
            int width = Packing.PanelColumns(filters - j + inPanel, TLanes.Count);
            float* to = Gradients + (nint)(j - inPanel) * Count + (nint)i * width + inPanel;
            var extent = new PartExtent(Math.Min(TLanes.Count, filters - j));
            WinogradTransform.Evaluate<TPoints, TLanes, PartExtent>(
                extent, Results.Side, scaled: false, dY + j, rowStep, filters, to, GradientsStep, buffer);
        }
    }
}
