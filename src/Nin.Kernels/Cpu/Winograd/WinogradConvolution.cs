using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// A convolution by <see cref="WinogradTransform"/>: 36 or 64 products of matrices in place of one that is 4 (3x3) or 6.25 times (5x5) as
/// much work. Each element of y is one fixed sequence of operations, whatever the batch and the threads; its bits are not those of a direct sum.
/// </summary>
/// <remarks>The gradient by data is the same with <see cref="WinogradSizes.Transpose"/> and weights packed for it.</remarks>
static unsafe class WinogradConvolution
{
    /// <summary>Floats of the packed weights.</summary>
    public static long PackedLength(WorkerPool pool, in Conv2dSizes sizes) =>
        (long)new WinogradSizes(sizes).Points * sizes.Channels * Packing.PaddedColumns(sizes.Filters, pool.Width);

    /// <summary>Floats of scratch memory that <see cref="Run"/> needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in Conv2dSizes sizes)
    {
        WinogradTiles windows = new WinogradSizes(sizes).Windows(null);
        return pool.Threads * (sizes.Kernel == 3
            ? WinogradProduct<SixPoints>.ScratchLength(pool.Width, windows)
            : WinogradProduct<EightPoints>.ScratchLength(pool.Width, windows));
    }

    /// <summary>Packs the weights of a convolution.</summary>
    public static void PackWeights(WorkerPool pool, in Conv2dSizes sizes, float* w, float* packed) =>
        Pack(pool, sizes, isTransposed: false, w, packed);

    /// <summary>Packs the weights of a convolution for its gradient by data.</summary>
    public static void PackTransposed(WorkerPool pool, in Conv2dSizes sizes, float* w, float* packed) =>
        Pack(pool, sizes, isTransposed: true, w, packed);

    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution, of which <see cref="WinogradSizes.Suits"/> is true.</param>
    /// <param name="batch">Samples in x and y.</param>
    /// <param name="x">Input.</param>
    /// <param name="packed">The packed weights.</param>
    /// <param name="bias">One float a filter, or null.</param>
    /// <param name="relu">True to replace what is below zero by zero.</param>
    /// <param name="accumulate">True to add to what y holds, false to overwrite it unread.</param>
    /// <param name="y">Output.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> floats.</param>
    public static void Run(
        WorkerPool pool, in Conv2dSizes sizes, int batch, float* x, float* packed, float* bias, bool relu, bool accumulate, float* y,
        float* workspace)
    {
        float floor = relu ? 0 : float.NegativeInfinity;
        if (sizes.Kernel == 3)
        {
            Product<SixPoints>(sizes, batch, x, packed, bias, floor, accumulate, y, workspace).Run(pool);
        }
        else
        {
            Product<EightPoints>(sizes, batch, x, packed, bias, floor, accumulate, y, workspace).Run(pool);
        }
    }

    static WinogradProduct<TPoints> Product<TPoints>(
        in Conv2dSizes sizes, int batch, float* x, float* packed, float* bias, float floor, bool accumulate, float* y, float* workspace)
        where TPoints : struct, IWinogradPoints
    {
        var tiles = new WinogradSizes(sizes);
        return new WinogradProduct<TPoints>
        {
            Windows = tiles.Windows(x),
            Results = tiles.Results(y),
            Tiles = (long)batch * tiles.Tiles,
            Packed = packed,
            Accumulate = accumulate,
            Bias = bias,
            Floor = floor,
            Scratch = workspace,
        };
    }

    static void Pack(WorkerPool pool, in Conv2dSizes sizes, bool isTransposed, float* w, float* packed)
    {
        if (sizes.Kernel == 3)
        {
            Pack<SixPoints>(pool, sizes, isTransposed, w, packed);
        }
        else
        {
            Pack<EightPoints>(pool, sizes, isTransposed, w, packed);
        }
    }

    static void Pack<TPoints>(WorkerPool pool, in Conv2dSizes sizes, bool isTransposed, float* w, float* packed)
        where TPoints : struct, IWinogradPoints
    {
        var job = new WinogradPacking<TPoints>
        {
            Weights = w,
            Kernel = sizes.Kernel,
            Channels = sizes.Channels,
            Filters = sizes.Filters,
            IsTransposed = isTransposed,
            Packed = packed,
        };
        SimdWidth.Run(pool, job.Pieces, job);
    }
}

/// <summary>
/// Packs <c>G w Gᵀ</c> of weights <c>[k, k, channels, filters]</c> as B of one product a point:
/// <c>[depth block][point][column panel][depth in block][panel width]</c>. A piece is a few steps of the depth.
/// </summary>
unsafe struct WinogradPacking<TPoints> : ILanesJob
    where TPoints : struct, IWinogradPoints
{
    // Filters of one cache line, which the transposed order reads across.
    const int PieceDepth = 16;

    public float* Weights;
    public int Kernel;
    public int Channels;
    public int Filters;

    /// <summary>False where sums run over channels and columns are filters; true for the other way, with the window turned by half a turn.</summary>
    public bool IsTransposed;
    public float* Packed;

    static int Points => TPoints.Side * TPoints.Side;

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

                WinogradTransform.Evaluate<TPoints, TLanes, PartExtent>(
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
