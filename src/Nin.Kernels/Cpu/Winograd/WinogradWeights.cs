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
            return (long)new WinogradSizes(Sizes).Points * depth * Packing.PaddedColumns(columns, Pool.Width);
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
        var job = new WinogradPacking<TMatrices>
        {
            Weights = w,
            Kernel = Sizes.Window.Rows.Kernel,
            Channels = Sizes.Channels,
            Filters = Sizes.Filters,
            IsTransposed = IsTransposed,
            Packed = packed,
        };
        SimdWidth.Run(Pool, job.Pieces, job);
    }
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        float* buffer = stackalloc float[WinogradTransform.BufferLength];
        float* taps = stackalloc float[Kernel * Kernel * TLanes.Count];
        nint tapStep = (nint)Channels * Filters;
        int padded = Packing.PaddedColumns(Columns, 32 * TLanes.Count);
        int end = Math.Min(Depth, (index + 1) * PieceDepth);
        for (int k = index * PieceDepth; k < end; k++)
        {
            int from = k - k % Packing.BlockDepth(Depth);
            int depth = Math.Min(Packing.BlockDepth(Depth), Depth - from);
            float* block = Packed + (nint)from * Points * padded;
            for (int j = 0; j < Columns; j += TLanes.Count)
            {
                int inPanel = j % (2 * TLanes.Count);
                int width = Packing.PanelColumns(Columns - j + inPanel, TLanes.Count);
                float* v = block + (nint)(j - inPanel) * depth + (nint)(k - from) * width + inPanel;
                var extent = new PartExtent(Math.Min(TLanes.Count, Columns - j));
                float* first = Weights + (nint)k * Filters + j;
                nint step = tapStep;
                if (IsTransposed)
                {
                    Gather<TLanes>(Weights + (nint)j * Filters + k, Math.Min(TLanes.Count, Columns - j), taps);
                    first = taps + (Kernel * Kernel - 1) * TLanes.Count;
                    step = -TLanes.Count;
                }

                WinogradTransform.Filter<TMatrices, TLanes, PartExtent>(
                    extent, Kernel, scaled: true, first, Kernel * step, step, v, (nint)depth * padded, buffer);
            }
        }
    }

    // The taps of some channels of one filter, side by side.
    readonly void Gather<TLanes>(float* weights, int channels, float* taps)
        where TLanes : struct, ILanes<TLanes>
    {
        for (int tap = 0; tap < Kernel * Kernel; tap++, taps += TLanes.Count)
        {
            float* from = weights + (nint)tap * Channels * Filters;
            for (int c = 0; c < channels; c++)
            {
                taps[c] = from[(nint)c * Filters];
            }

            new Span<float>(taps + channels, TLanes.Count - channels).Clear();
        }
    }
}
