using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nin.Ops;

/// <summary>
/// Fprop and dgrad of a large linear layer, a convolution over one pixel, of few examples: the product of <see cref="ImplicitGemm"/>, with the same bits,
/// without a packed copy of the weights. A piece is some columns of the result over the whole depth; its thread packs their weights a block of the depth at a time.
/// </summary>
/// <remarks>
/// Each weight is multiplied by a few numbers, so reading the weights takes most of the time. A copy in memory would be written and read
/// again in every step of training, and in inference would take as much memory as the weights.
/// </remarks>
unsafe struct LinearProduct : ILanesJob
{
    // Fewer weights than these stay in a level-2 cache, packed or not.
    const long LeastWeights = 1 << 20;

    // Tiles of examples: with more, packing each block for one piece alone would not pay.
    const int MostPanels = 4;

    // Columns whose packed block leaves room in a level-2 cache.
    const int MostColumns = 128;

    // Rows of weights that are fetched ahead: each is in a page of its own, which the processor's own prefetching does not foresee.
    const int RowsAhead = 8;

    // Steps of the depth that a transposing pack takes at a time: what they write stays in the level-1 cache beside what they read.
    const int TransposedSteps = 64;

    GemmWeights weights;
    int examples;
    int depth;
    int columns;
    int pieceColumns;
    float* source;
    float* values;
    float* result;
    bool accumulate;
    nint fromOffset;
    TileEpilogue epilogue;
    float* scratch;

    /// <summary>Whether a layer has so many weights, and a batch so few examples, that this is faster. Either way has the same bits.</summary>
    public static bool Suits(in GemmWeights weights, int batch) =>
        weights.Sizes is { Height: 1, Width: 1, OutHeight: 1, OutWidth: 1, Groups: 1, Window.Taps: 1 }
        && weights.Sizes.WeightLength >= LeastWeights && batch <= MostPanels * MicroKernel.Rows(weights.Pool.Width);

    /// <summary>Floats of scratch memory that a run needs.</summary>
    public static long WorkspaceLength(in GemmWeights weights, int batch) => weights.Pool.Threads * ScratchLength(weights.Pool.Width, batch);

    /// <param name="weights">The layer and the direction.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="source"><c>[batch, depth]</c>.</param>
    /// <param name="values">The weights as the parameter has them, <c>[channels, filters]</c>.</param>
    /// <param name="epilogue">What happens to a finished sum.</param>
    /// <param name="accumulate">True to start from what the result holds, false to overwrite it unread.</param>
    /// <param name="result"><c>[batch, columns]</c>.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> floats.</param>
    /// <param name="residual">What the sums start from, of the result's shape; null for none.</param>
    public static void Run(
        in GemmWeights weights, int batch, float* source, float* values, in TileEpilogue epilogue, bool accumulate, float* result, float* workspace,
        float* residual = null)
    {
        ConvolutionGeometry g = weights.Geometry;
        int lanes = weights.Pool.Width / 32;
        int columns = Math.Clamp(Packing.RoundUp(Packing.CeilDivide(g.ResultChannels, 4 * weights.Pool.Threads), 2 * lanes), 2 * lanes, MostColumns);
        var job = new LinearProduct
        {
            weights = weights,
            examples = batch,
            depth = g.Depth,
            columns = g.ResultChannels,
            pieceColumns = columns,
            source = source,
            values = values,
            result = result,
            accumulate = accumulate || residual is not null,
            fromOffset = residual is null ? 0 : (nint)(residual - result),
            epilogue = epilogue,
            scratch = workspace,
        };
        SimdWidth.Run(weights.Pool, Packing.CeilDivide(job.columns, columns), job);
    }

    static long PanelLength(int width, int examples) => (long)Packing.RoundUp(examples, MicroKernel.Rows(width)) * RowPanel.RowLength;

    static long ScratchLength(int width, int examples) => PanelLength(width, examples) + (long)RowPanel.MaxDepth * MostColumns;

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int width = 32 * TLanes.Count, first = index * pieceColumns;
        float* panels = scratch + worker * ScratchLength(width, examples);
        var product = new MacroKernel
        {
            Rows = examples,
            Columns = Math.Min(pieceColumns, columns - first),
            A = panels,
            PanelStep = MicroKernel.Rows<TLanes>() * RowPanel.RowLength,
            B = panels + PanelLength(width, examples),
            C = result + first,
            CStep = columns,
        };
        for (int from = 0; from < depth; from += product.Depth)
        {
            product.Depth = Math.Min(Packing.BlockDepth(depth), depth - from);
            product.Runs = new DepthRuns(1, product.Depth, Step: 1);
            product.FromC = accumulate || from > 0;
            product.FromOffset = from > 0 ? 0 : fromOffset;
            product.Epilogue = from + product.Depth == depth ? epilogue.From(first) : TileEpilogue.None;
            PackExamples<TLanes>(from, product.Depth, panels);
            if (weights.IsTransposed) PackTransposed<TLanes>(from, product.Depth, first, product.Columns, product.B);
            else PackRows<TLanes>(from, product.Depth, first, product.Columns, product.B);
            product.Execute<TLanes, RowPanel>();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void PackExamples<TLanes>(int from, int steps, float* panels)
        where TLanes : struct, ILanes<TLanes>
    {
        int rows = Packing.RoundUp(examples, MicroKernel.Rows<TLanes>());
        for (int i = 0; i < rows; i++, panels += RowPanel.RowLength)
        {
            if (i < examples) Copying.Copy<TLanes>(source + (nint)i * depth + from, panels, steps);
            else Copying.Clear<TLanes>(panels, steps);
        }
    }

    // Row after row over all panels that are whole, so that a row's page is visited once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void PackRows<TLanes>(int from, int steps, int first, int count, float* packed)
        where TLanes : struct, ILanes<TLanes>
    {
        int whole = count - count % (2 * TLanes.Count);
        nint panel = (nint)steps * 2 * TLanes.Count;
        float* block = values + (nint)from * columns + first;
        for (int k = 0; k < steps; k++)
        {
            float* row = block + (nint)k * columns, to = packed + (nint)k * 2 * TLanes.Count;
            for (int j = 0; j < whole; j += 2 * TLanes.Count, to += panel)
            {
                if (Sse.IsSupported) Sse.Prefetch0(row + (nint)RowsAhead * columns + j);
                if (Sse.IsSupported && TLanes.Count == 16) Sse.Prefetch0(row + (nint)RowsAhead * columns + j + TLanes.Count);
                TLanes.Load(row + j).Store(to);
                TLanes.Load(row + j + TLanes.Count).Store(to + TLanes.Count);
            }
        }

        if (whole < count) Packing.Pack<TLanes, PlainRows>(new PlainRows(block + whole), columns, steps, count - whole, packed + (nint)steps * whole, sums: null);
    }

    // A result channel's weights are a run of memory here, and a lane of the packed block.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void PackTransposed<TLanes>(int from, int steps, int first, int count, float* packed)
        where TLanes : struct, ILanes<TLanes>
    {
        float* block = values + (nint)first * depth + from;
        for (int j = 0, lanes; j < count; j += lanes)
        {
            lanes = Packing.PanelColumns(count - j, TLanes.Count);
            int channels = Math.Min(lanes, count - j);
            for (int k = 0; k < steps; k += TransposedSteps)
            {
                int run = Math.Min(TransposedSteps, steps - k);
                float* lane = packed + (nint)k * lanes;
                int i = 0;
                if (Sse.IsSupported)
                {
                    for (; i + 4 <= channels; i += 4, lane += 4) PackFour(block + (nint)i * depth + k, depth, run, lane, lanes);
                }

                for (; i < channels; i++, lane++)
                {
                    float* weight = block + (nint)i * depth + k, to = lane;
                    for (float* end = weight + run; weight < end; weight++, to += lanes) *to = *weight;
                }

                for (; i < lanes; i++, lane++)
                {
                    float* to = lane;
                    for (int step = 0; step < run; step++, to += lanes) *to = 0;
                }
            }

            block += (nint)lanes * depth;
            packed += (nint)steps * lanes;
        }
    }

    // Four channels, in squares of four steps: a shuffle for each two weights, where they would be moved one by one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PackFour(float* weights, nint channelStep, int run, float* to, nint step)
    {
        int k = 0;
        for (; k + 4 <= run; k += 4, to += 4 * step)
        {
            float* from = weights + k;
            Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + channelStep);
            Vector128<float> c = Vector128.Load(from + 2 * channelStep), d = Vector128.Load(from + 3 * channelStep);
            Vector128<float> ab = Sse.UnpackLow(a, b), cd = Sse.UnpackLow(c, d);
            Sse.MoveLowToHigh(ab, cd).Store(to);
            Sse.MoveHighToLow(cd, ab).Store(to + step);
            (ab, cd) = (Sse.UnpackHigh(a, b), Sse.UnpackHigh(c, d));
            Sse.MoveLowToHigh(ab, cd).Store(to + 2 * step);
            Sse.MoveHighToLow(cd, ab).Store(to + 3 * step);
        }

        for (; k < run; k++, to += step)
        {
            for (int i = 0; i < 4; i++) to[i] = weights[i * channelStep + k];
        }
    }
}
