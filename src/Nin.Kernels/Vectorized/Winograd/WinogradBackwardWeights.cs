using Nin.Ops;

namespace Nin.Vectorized;

/// <summary>
/// dw by the transposed maps of <see cref="WinogradTransform"/>: at each point one product over the tiles. Each of its sums is one
/// accumulation over the tiles of a slice of eight samples, and slices are added as the tree of <see cref="SliceTree"/>.
/// </summary>
/// <remarks>
/// Tiles are taken in runs, each by all threads: first to the points, then the products, a point to a thread. The obvious way, slices side by
/// side, needs open sums of all points for every thread.
/// </remarks>
static unsafe class WinogradBackwardWeights
{
    // As deep as the panels of a product may be to share the level-1 cache.
    const int MaxRun = RowPanel.MaxDepth;

    // Between points, so that they do not share the few sets of a cache; a register may be read across.
    const int Gap = 16;

    /// <summary>Floats of scratch memory that <see cref="Run"/> needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in Conv2dSizes sizes, int batch)
    {
        var tiles = new WinogradSizes(sizes);
        (long values, long gradients) = Steps(pool, tiles);
        long borders = pool.Threads * BorderLength(tiles);
        return tiles.Points * (values + gradients + StackStep(sizes, batch)) + borders;
    }

    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution, of which <see cref="WinogradSizes.Suits"/> is true.</param>
    /// <param name="batch">Samples in x and dy: at least 1.</param>
    /// <param name="x">Input.</param>
    /// <param name="dY">Gradient of the output.</param>
    /// <param name="accumulate">True to add to what dw holds, false to overwrite it unread.</param>
    /// <param name="dW">Gradient of the weights.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> floats.</param>
    public static void Run(
        WorkerPool pool, in Conv2dSizes sizes, int batch, float* x, float* dY, bool accumulate, float* dW, float* workspace)
    {
        if (sizes.Kernel == 3)
        {
            Run<SixPoints>(pool, sizes, batch, x, dY, accumulate, dW, workspace);
        }
        else
        {
            Run<EightPoints>(pool, sizes, batch, x, dY, accumulate, dW, workspace);
        }
    }

    static void Run<TPoints>(
        WorkerPool pool, in Conv2dSizes sizes, int batch, float* x, float* dY, bool accumulate, float* dW, float* workspace)
        where TPoints : struct, IWinogradPoints
    {
        var tiles = new WinogradSizes(sizes);
        (long valuesStep, long gradientsStep) = Steps(pool, tiles);
        float* values = workspace;
        float* gradients = values + tiles.Points * valuesStep;
        float* stacks = gradients + tiles.Points * gradientsStep;
        nint stackStep = (nint)StackStep(sizes, batch);
        int channelStep = Packing.RoundUp(sizes.Channels, RegisterTile.MaxColumns / 2);
        var pairs = new WinogradPairs<TPoints>
        {
            Windows = tiles.Windows(x),
            Results = tiles.Results(dY),
            Values = values,
            ChannelStep = channelStep,
            ValuesStep = (nint)valuesStep,
            Gradients = gradients,
            GradientsStep = (nint)gradientsStep,
            Borders = stacks + tiles.Points * stackStep,
            BorderLength = BorderLength(tiles),
        };
        var sums = new WinogradSums
        {
            Values = values,
            ChannelStep = channelStep,
            ValuesStep = (nint)valuesStep,
            Gradients = gradients,
            GradientsStep = (nint)gradientsStep,
            Channels = sizes.Channels,
            Filters = sizes.Filters,
            Stacks = stacks,
            StackStep = stackStep,
        };
        int slices = SliceTree.Slices(batch);
        for (int slice = 0; slice < slices; slice++)
        {
            SumSlice(pool, tiles, batch, slice, pairs, sums with { Slice = slice, IsLastSlice = slice == slices - 1 });
        }

        var fold = new WinogradFold<TPoints>
        {
            Sums = stacks,
            PointStep = stackStep,
            Kernel = sizes.Kernel,
            Channels = sizes.Channels,
            Filters = sizes.Filters,
            Accumulate = accumulate,
            DW = dW,
        };
        SimdWidth.Run(pool, sizes.Channels, fold);
    }

    static void SumSlice<TPoints>(
        WorkerPool pool, in WinogradSizes sizes, int batch, int slice, WinogradPairs<TPoints> pairs, WinogradSums sums)
        where TPoints : struct, IWinogradPoints
    {
        int first = slice * SliceTree.Samples;
        int tiles = Math.Min(SliceTree.Samples, batch - first) * sizes.Tiles;
        int run = RunLength(sizes);
        for (int from = 0; from < tiles; from += run)
        {
            pairs.First = (long)first * sizes.Tiles + from;
            pairs.Count = sums.Count = Math.Min(run, tiles - from);
            sums.IsFirstRun = from == 0;
            sums.IsLastRun = from + run >= tiles;
            SimdWidth.Run(pool, pairs.Pieces, pairs);
            SimdWidth.Run(pool, sizes.Points, sums);
        }
    }

    // Of a full slice, whatever the batch, so that every sum is cut alike.
    static int RunLength(in WinogradSizes sizes)
    {
        int tiles = SliceTree.Samples * sizes.Tiles;
        return Packing.CeilDivide(tiles, Packing.CeilDivide(tiles, MaxRun));
    }

    static (long Values, long Gradients) Steps(WorkerPool pool, in WinogradSizes sizes)
    {
        int run = RunLength(sizes);
        long values = (long)run * Packing.RoundUp(sizes.Convolution.Channels, RegisterTile.MaxColumns / 2);
        long gradients = (long)run * Packing.PaddedColumns(sizes.Convolution.Filters, pool.Width);
        return (values + Gap, gradients + Gap);
    }

    static long StackStep(in Conv2dSizes sizes, int batch) =>
        SliceTree.Levels(SliceTree.Slices(batch)) * (long)sizes.Channels * sizes.Filters + Gap;

    static long BorderLength(in WinogradSizes sizes) =>
        Packing.RoundUp((int)Math.Max(sizes.Windows(null).BufferLength, sizes.Results(null).BufferLength), Gap);
}
