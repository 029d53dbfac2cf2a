using System.Runtime.CompilerServices;

namespace Nin.Vectorized;

/// <summary>
/// dw = or += the gradient of a run of tiles: at each point the product over the tiles, then <c>Gᵀ</c> sums <c>G</c> back to the taps. A
/// piece is a block of channels by a block of filters, whose sums at all points stay in the worker's cache.
/// </summary>
unsafe struct WinogradSums<TPoints> : ILanesJob
    where TPoints : struct, IWinogradPoints
{
    const int BlockChannels = 48;
    const int BlockFilters = 64;

    // Between points, so that they do not share the few sets of a cache.
    const int Gap = 16;
    const int SumsStep = BlockChannels * BlockFilters + Gap;

    /// <summary>Floats of scratch memory for each worker.</summary>
    public static long WorkerLength => (long)Points * SumsStep;

    public int Kernel;
    public int Channels;
    public int Filters;

    /// <summary>Tiles of the run.</summary>
    public int Count;

    /// <summary><c>[point, tile, channel]</c>, channels padded to <see cref="ChannelStep"/>.</summary>
    public float* Values;
    public int ChannelStep;
    public nint ValuesStep;

    /// <summary>Packed as B of a product over the tiles, point by point.</summary>
    public float* Gradients;
    public nint GradientsStep;

    /// <summary>True to add to what dw holds.</summary>
    public bool Accumulate;

    /// <summary><c>[kernel, kernel, channels, filters]</c>.</summary>
    public float* DW;
    public float* Scratch;

    static int Points => TPoints.Side * TPoints.Side;

    public readonly int Pieces => Packing.CeilDivide(Channels, BlockChannels) * FilterBlocks;

    readonly int FilterBlocks => Packing.CeilDivide(Filters, BlockFilters);

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        float* sums = Scratch + worker * WorkerLength;
        int channel = index / FilterBlocks * BlockChannels, filter = index % FilterBlocks * BlockFilters;
        var product = new BlockProduct
        {
            Rows = Math.Min(BlockChannels, Channels - channel),
            Columns = Math.Min(BlockFilters, Filters - filter),
            Depth = Count,
            Runs = new DepthRuns(1, Count, ChannelStep),
            PanelStep = RegisterTile.Rows<TLanes>(),
            IsExact = true,
            RowsBefore = channel,
            CStep = BlockFilters,
            Floor = float.NegativeInfinity,
        };
        for (int point = 0; point < Points; point++)
        {
            product.A = Values + point * ValuesStep + channel;
            product.B = Gradients + point * GradientsStep + (nint)filter * Count;
            product.C = sums + point * SumsStep;
            product.Execute<TLanes, ColumnPanel>();
        }

        for (int i = 0; i < product.Rows; i++)
        {
            Fold<TLanes>(sums + i * BlockFilters, product.Columns, DW + (nint)(channel + i) * Filters + filter);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Fold<TLanes>(float* sums, int filters, float* dW)
        where TLanes : struct, ILanes<TLanes>
    {
        float* buffer = stackalloc float[WinogradTransform.BufferLength];
        float* taps = stackalloc float[WinogradTransform.BufferLength];
        for (int f = 0; f < filters; f += TLanes.Count)
        {
            var extent = new PartExtent(Math.Min(TLanes.Count, filters - f));
            WinogradTransform.Fold<TPoints, TLanes>(Kernel, scaled: true, sums + f, SumsStep, taps, buffer);
            float* to = dW + f;
            for (int tap = 0; tap < Kernel * Kernel; tap++, to += (nint)Channels * Filters)
            {
                TLanes sum = TLanes.Load(taps + tap * TLanes.Count);
                extent.Store(to, Accumulate ? extent.Load<TLanes>(to) + sum : sum);
            }
        }
    }
}
