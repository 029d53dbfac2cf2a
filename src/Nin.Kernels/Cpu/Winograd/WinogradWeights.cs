using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>A convolution's weights through the filter transform, packed as B of one product per point.</summary>
/// <param name="Pool">Threads and width.</param>
/// <param name="Sizes">The convolution.</param>
/// <param name="IsTransposed">False for fprop, true for dgrad.</param>
readonly unsafe record struct WinogradWeights(WorkerPool Pool, Conv2dSizes Sizes, bool IsTransposed) : IPackedWeights
{
    public PackingKey Key => PackingKey.Of(typeof(WinogradWeights), Sizes, IsTransposed);

    public long Length
    {
        get
        {
            var (depth, columns) = IsTransposed ? (Sizes.Filters, Sizes.Channels) : (Sizes.Channels, Sizes.Filters);
            return new WinogradSizes(Sizes).Points * (WinogradPacking.BlockStart(depth, depth, Packing.PaddedColumns(columns, Pool.Width)) + WinogradPacking.Gap);
        }
    }

    public void Pack(float* w, float* packed)
    {
        if (Sizes.Window.Rows.Kernel == 3)
        {
            Pack<F4x3>(w, packed);
        }
        else
        {
            Pack<F4x5>(w, packed);
        }
    }

    void Pack<TMatrices>(float* w, float* packed)
        where TMatrices : struct, IWinogradMatrices
    {
        var job = Packer<TMatrices>(w) with { Packed = packed };
        SimdWidth.Run(Pool, job.Pieces, job);
    }

    /// <summary>What transforms these weights.</summary>
    public WinogradPacking<TMatrices> Packer<TMatrices>(float* w)
        where TMatrices : struct, IWinogradMatrices =>
        new() { Weights = w, Kernel = Sizes.Window.Rows.Kernel, Channels = Sizes.Channels, Filters = Sizes.Filters, IsTransposed = IsTransposed };
}

/// <summary>Where weights at their points are.</summary>
static class WinogradPacking
{
    /// <summary>
    /// Floats between the points of a block: a step of the depth is written to all points, and without it they would fall into the same few sets of a cache.
    /// </summary>
    public const int Gap = 16;

    /// <summary>Floats of a point before a block of the depth: of as many points is where the block begins.</summary>
    /// <param name="from">The block's first step.</param>
    /// <param name="depth">All steps.</param>
    /// <param name="padded">Columns, padded.</param>
    public static nint BlockStart(int from, int depth, int padded) => (nint)from * padded + (depth > 0 ? from / Packing.BlockDepth(depth) * Gap : 0);
}

/// <summary>
/// Packs <c>G w Gᵀ</c> of weights <c>[k, k, channels, filters]</c> as B of one product a point:
/// <c>[depth block][point][column panel][depth in block][panel width]</c>. A piece is a few steps of the depth.
/// </summary>
unsafe struct WinogradPacking<TMatrices> : ILanesJob
    where TMatrices : struct, IWinogradMatrices
{
    // Filters in one cache line, which the transposed order reads across.
    const int PieceDepth = 16;

    public float* Weights;
    public int Kernel;
    public int Channels;
    public int Filters;

    /// <summary>False where sums run over channels and columns are filters; true for the other way, with the window rotated by 180 degrees.</summary>
    public bool IsTransposed;
    public float* Packed;

    static int Points => TMatrices.Side * TMatrices.Side;

    public readonly int Depth => IsTransposed ? Filters : Channels;

    public readonly int Columns => IsTransposed ? Channels : Filters;

    public readonly int Pieces => Packing.CeilDivide(Depth, PieceDepth);

    [SkipLocalsInit]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int padded = Packing.PaddedColumns(Columns, 32 * TLanes.Count);
        int end = Math.Min(Depth, (index + 1) * PieceDepth);
        for (int k = index * PieceDepth, steps; k < end; k += steps)
        {
            int from = k - k % Packing.BlockDepth(Depth);
            int depth = Math.Min(Packing.BlockDepth(Depth), Depth - from);
            steps = Math.Min(end, from + depth) - k;
            Pack<TLanes>(k, steps, 0, Columns, Packed + Points * WinogradPacking.BlockStart(from, Depth, padded), k - from, depth);
        }
    }

    /// <summary>Packs some steps of the depth, over some columns.</summary>
    /// <param name="first">The first step.</param>
    /// <param name="steps">Steps.</param>
    /// <param name="column">The first column: that of a panel.</param>
    /// <param name="end">The column after the last one: that of a panel, or the end.</param>
    /// <param name="block">Where these columns go, <c>[point][column panel][depth in block][panel width]</c>, with a gap between points.</param>
    /// <param name="inBlock">Steps of the block before the first.</param>
    /// <param name="depth">Steps of the block.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Pack<TLanes>(int first, int steps, int column, int end, float* block, int inBlock, int depth)
        where TLanes : struct, ILanes<TLanes>
    {
        float* buffer = stackalloc float[WinogradTransform.BufferLength];
        float* taps = stackalloc float[PieceDepth * Kernel * Kernel * TLanes.Count];
        nint pointStep = (nint)depth * Packing.PaddedColumns(end - column, 32 * TLanes.Count) + WinogradPacking.Gap;
        for (int k = first, last = first + steps, count; k < last; k += count, inBlock += count)
        {
            count = Math.Min(PieceDepth - k % PieceDepth, last - k);
            for (int j = column; j < end; j += TLanes.Count)
            {
                int inPanel = Packing.BeforeInPanel(j - column, end - column, TLanes.Count);
                int left = end - j, width = Packing.PanelColumns(left + inPanel, TLanes.Count);
                float* v = block + (nint)(j - column - inPanel) * depth + (nint)inBlock * width + inPanel;
                // Whole registers are written: not a wider one than the panel, which would go over the next step, another thread's.
                if (width < TLanes.Count) Transform<Lanes256>(k, count, j, left, taps, v, width, pointStep, buffer);
                else Transform<TLanes>(k, count, j, Math.Min(TLanes.Count, left), taps, v, width, pointStep, buffer);
            }
        }
    }

    // Some steps of the depth, at most PieceDepth, of a register of columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void Transform<TLanes>(int k, int steps, int j, int columns, float* taps, float* v, int width, nint pointStep, float* buffer)
        where TLanes : struct, ILanes<TLanes>
    {
        int window = Kernel * Kernel;
        float* weights = Weights + (nint)k * Filters + j;
        nint next = Filters, step = (nint)Channels * Filters;
        if (IsTransposed)
        {
            for (int tap = 0; tap < window; tap++)
                Transposition.Run(Weights + (tap * Channels + (nint)j) * Filters + k, Filters, columns, steps, taps + tap * TLanes.Count, window * TLanes.Count);
            // The last tap first.
            weights = taps + (window - 1) * TLanes.Count;
            next = window * TLanes.Count;
            step = -TLanes.Count;
        }

        for (int i = 0; i < steps; i++, weights += next, v += width)
            WinogradTransform.Filter<TMatrices, TLanes>(columns, Kernel, scaled: true, weights, Kernel * step, step, v, pointStep, buffer);
    }
}
