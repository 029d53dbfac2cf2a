using System.Numerics;

namespace Nin.Ops;

/// <summary>
/// dw by the transposed maps of <see cref="WinogradTransform"/>: at each point one product over tiles. The tiles of a slice of eight samples
/// are taken in runs, whose gradients are added in order; slices are added as the tree of <see cref="SliceTree"/>.
/// </summary>
/// <remarks>
/// All threads work on one run: first its tiles to the points, then the products. The obvious way, slices side by side, needs points of a run
/// for every thread, which no cache holds.
/// </remarks>
static unsafe class WinogradBackwardWeights
{
    // Tiles of a run, at most: deep enough for the products, and small enough that the outer cache holds their points.
    const int MaxRun = 200;

    // Between points, so that they do not share the few sets of a cache.
    const int Gap = 16;

    /// <summary>Floats of scratch memory that <see cref="Run"/> needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in Conv2dSizes sizes, int batch)
    {
        var tiles = new WinogradSizes(sizes);
        long worker = BorderLength(tiles)
            + (sizes.Kernel == 3 ? WinogradSums<SixPoints>.WorkerLength : WinogradSums<EightPoints>.WorkerLength);
        return tiles.Points * (ValuesStep(tiles) + GradientsStep(pool, tiles)) + OpenSums(sizes, batch) + pool.Threads * worker;
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
        float* open = workspace + tiles.Points * (ValuesStep(tiles) + GradientsStep(pool, tiles));
        float* borders = open + OpenSums(sizes, batch);
        var pairs = new WinogradPairs<TPoints>
        {
            Windows = tiles.Windows(x),
            Results = tiles.Results(dY),
            Values = workspace,
            ChannelStep = ChannelStep(sizes),
            ValuesStep = (nint)ValuesStep(tiles),
            Gradients = workspace + tiles.Points * ValuesStep(tiles),
            GradientsStep = (nint)GradientsStep(pool, tiles),
            Borders = borders,
            BorderLength = BorderLength(tiles),
        };
        var sums = new WinogradSums<TPoints>
        {
            Kernel = sizes.Kernel,
            Channels = sizes.Channels,
            Filters = sizes.Filters,
            Values = pairs.Values,
            ChannelStep = pairs.ChannelStep,
            ValuesStep = pairs.ValuesStep,
            Gradients = pairs.Gradients,
            GradientsStep = pairs.GradientsStep,
            Scratch = borders + pool.Threads * pairs.BorderLength,
        };

        // One slice needs no sums beside dw itself.
        int slices = SliceTree.Slices(batch);
        if (slices == 1)
        {
            sums.DW = dW;
            SumSlice(pool, tiles, 0, batch, accumulate, pairs, sums);
            return;
        }

        long length = sizes.WeightLength;
        float* top = open;
        for (int slice = 0; slice < slices; slice++, top += length)
        {
            sums.DW = top;
            int first = slice * SliceTree.Samples;
            SumSlice(pool, tiles, first, Math.Min(SliceTree.Samples, batch - first), accumulate: false, pairs, sums);
            bool last = slice == slices - 1;
            for (int carries = BitOperations.TrailingZeroCount(slice + 1); last ? top > open : carries > 0; carries--, top -= length)
            {
                PartialSum.Run(pool, top, 0, 1, top - length, length, accumulate: true);
            }
        }

        PartialSum.Run(pool, open, 0, 1, dW, length, accumulate);
    }

    static void SumSlice<TPoints>(
        WorkerPool pool, in WinogradSizes sizes, int firstSample, int samples, bool accumulate, WinogradPairs<TPoints> pairs,
        WinogradSums<TPoints> sums)
        where TPoints : struct, IWinogradPoints
    {
        int tiles = samples * sizes.Tiles;
        int run = RunLength(sizes);
        for (int from = 0; from < tiles; from += run)
        {
            pairs.First = (long)firstSample * sizes.Tiles + from;
            pairs.Count = sums.Count = Math.Min(run, tiles - from);
            sums.Accumulate = accumulate || from > 0;
            SimdWidth.Run(pool, pairs.Pieces, pairs);
            SimdWidth.Run(pool, sums.Pieces, sums);
        }
    }

    // Of a full slice, whatever the batch, so that every sum is cut alike.
    static int RunLength(in WinogradSizes sizes)
    {
        int tiles = SliceTree.Samples * sizes.Tiles;
        return Packing.CeilDivide(tiles, Packing.CeilDivide(tiles, MaxRun));
    }

    static int ChannelStep(in Conv2dSizes sizes) => Packing.RoundUp(sizes.Channels, RegisterTile.MaxColumns / 2);

    static long ValuesStep(in WinogradSizes sizes) => (long)RunLength(sizes) * ChannelStep(sizes.Convolution) + Gap;

    static long GradientsStep(WorkerPool pool, in WinogradSizes sizes) =>
        (long)RunLength(sizes) * Packing.PaddedColumns(sizes.Convolution.Filters, pool.Width) + Gap;

    static long OpenSums(in Conv2dSizes sizes, int batch) =>
        SliceTree.Slices(batch) is var slices && slices == 1 ? 0 : SliceTree.Levels(slices) * sizes.WeightLength;

    static long BorderLength(in WinogradSizes sizes) =>
        Packing.RoundUp((int)Math.Max(sizes.Windows(null).BufferLength, sizes.Results(null).BufferLength), Gap);
}
