using System.Numerics;

namespace Nin.Ops;

/// <summary>
/// dw by the transposed maps of <see cref="WinogradTransform"/>: at each point one product over tiles. The tiles of a leaf
/// (<see cref="WinogradSizes.Tree"/>) are taken in runs, whose gradients are added in order; leaves are combined as the tree says.
/// </summary>
/// <remarks>
/// All threads work on one run: first its tiles to the points, then the products. The obvious way, leaves in parallel, needs the points of a run
/// for every thread, which no cache holds.
/// </remarks>
static unsafe class WinogradWgrad
{
    // Tiles of a run, at most: deep enough for the products, and small enough that the outer cache holds their points.
    const int MaxRun = 200;

    // Between points, so that they do not fall into the same few sets of a cache.
    const int Gap = 16;

    /// <summary>Floats of scratch memory that <see cref="Run"/> needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in Conv2dSizes sizes, int batch)
    {
        var tiles = new WinogradSizes(sizes);
        long worker = BorderLength(tiles)
            + (tiles.Kernel == 3 ? WinogradSums<F4x3>.WorkerLength : WinogradSums<F4x5>.WorkerLength);
        return tiles.Points * (ValuesStep(tiles) + GradientsStep(pool, tiles)) + OpenSums(sizes, batch) + pool.Threads * worker;
    }

    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution, of which <see cref="WinogradSizes.Suits"/> is true.</param>
    /// <param name="batch">Examples in x and dy: at least 1.</param>
    /// <param name="x">Input.</param>
    /// <param name="dY">Gradient of the output.</param>
    /// <param name="accumulate">True to add to what dw holds, false to overwrite it unread.</param>
    /// <param name="dW">Gradient of the weights.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> floats.</param>
    public static void Run(
        WorkerPool pool, in Conv2dSizes sizes, int batch, float* x, float* dY, bool accumulate, float* dW, float* workspace)
    {
        if (sizes.Window.Rows.Kernel == 3)
        {
            Run<F4x3>(pool, sizes, batch, x, dY, accumulate, dW, workspace);
        }
        else
        {
            Run<F4x5>(pool, sizes, batch, x, dY, accumulate, dW, workspace);
        }
    }

    static void Run<TMatrices>(
        WorkerPool pool, in Conv2dSizes sizes, int batch, float* x, float* dY, bool accumulate, float* dW, float* workspace)
        where TMatrices : struct, IWinogradMatrices
    {
        var tiles = new WinogradSizes(sizes);
        float* open = workspace + tiles.Points * (ValuesStep(tiles) + GradientsStep(pool, tiles));
        float* borders = open + OpenSums(sizes, batch);
        var pairs = new WinogradPairs<TMatrices>
        {
            Windows = tiles.Windows(x),
            Results = tiles.Results(dY),
            Values = workspace,
            PaddedChannels = PaddedChannels(sizes),
            ValuesStep = (nint)ValuesStep(tiles),
            Gradients = workspace + tiles.Points * ValuesStep(tiles),
            GradientsStep = (nint)GradientsStep(pool, tiles),
            Borders = borders,
            BorderLength = BorderLength(tiles),
        };
        var sums = new WinogradSums<TMatrices>
        {
            Kernel = tiles.Kernel,
            Channels = sizes.Channels,
            Filters = sizes.Filters,
            Threads = pool.Threads,
            Values = pairs.Values,
            PaddedChannels = pairs.PaddedChannels,
            ValuesStep = pairs.ValuesStep,
            Gradients = pairs.Gradients,
            GradientsStep = pairs.GradientsStep,
            Scratch = borders + pool.Threads * pairs.BorderLength,
        };

        // One leaf needs no sums beside dw itself.
        ReductionTree tree = tiles.Tree;
        int leaves = tree.Leaves(batch);
        if (leaves == 1)
        {
            sums.DW = dW;
            SumLeaf(pool, tiles, tree, 0, batch, accumulate, pairs, sums);
            return;
        }

        // Open sums, of which the first is dw itself unless dw has to be added to. A leaf that closes one adds itself to it as it is stored: a sum of
        // large weights is in no cache, and each pass over it costs its way from memory and back.
        long length = sizes.WeightLength;
        float* first = accumulate ? open : dW, others = accumulate ? open + length : open;
        int height = 0;
        for (int leaf = 0; leaf < leaves; leaf++)
        {
            int carries = leaf == leaves - 1 ? height : BitOperations.TrailingZeroCount(leaf + 1);
            bool adds = carries > 0 && Tiles(tree, leaf, batch) <= RunLength(tiles);
            if (adds) carries--;
            else height++;
            sums.DW = Slot(height - 1);
            SumLeaf(pool, tiles, tree, leaf, batch, accumulate: adds, pairs, sums);
            for (; carries > 0; carries--, height--) PartialSum.Run(pool, Slot(height - 1), 0, 1, Slot(height - 2), length, accumulate: true);
        }

        if (accumulate) PartialSum.Run(pool, open, 0, 1, dW, length, accumulate: true);

        float* Slot(int i) => i == 0 ? first : others + (i - 1) * length;
    }

    static int Tiles(in ReductionTree tree, int leaf, int batch) => (int)(tree.FirstPixel(leaf + 1, batch) - tree.FirstPixel(leaf, batch));

    static void SumLeaf<TMatrices>(
        WorkerPool pool, in WinogradSizes sizes, in ReductionTree tree, int leaf, int batch, bool accumulate, WinogradPairs<TMatrices> pairs,
        WinogradSums<TMatrices> sums)
        where TMatrices : struct, IWinogradMatrices
    {
        long first = tree.FirstPixel(leaf, batch);
        int tiles = Tiles(tree, leaf, batch);
        int run = RunLength(sizes);
        for (int from = 0; from < tiles; from += run)
        {
            pairs.First = first + from;
            pairs.Count = sums.Count = Math.Min(run, tiles - from);
            sums.Accumulate = accumulate || from > 0;
            SimdWidth.Run(pool, pairs.Pieces, pairs);
            SimdWidth.Run(pool, sums.Pieces, sums);
        }
    }

    // Of the largest leaf, whatever the batch, so that every sum is cut alike.
    static int RunLength(in WinogradSizes sizes)
    {
        ReductionTree tree = sizes.Tree;
        int tiles = tree.Examples * Packing.CeilDivide(tree.Lines, tree.Parts) * tree.LineLength;
        return Packing.CeilDivide(tiles, Packing.CeilDivide(tiles, MaxRun));
    }

    static int PaddedChannels(in Conv2dSizes sizes) => Packing.RoundUp(sizes.Channels, MicroKernel.MaxColumns / 2);

    static long ValuesStep(in WinogradSizes sizes) => (long)RunLength(sizes) * PaddedChannels(sizes.Convolution) + Gap;

    static long GradientsStep(WorkerPool pool, in WinogradSizes sizes) =>
        (long)RunLength(sizes) * Packing.PaddedColumns(sizes.Convolution.Filters, pool.Width) + Gap;

    static long OpenSums(in Conv2dSizes sizes, int batch) =>
        new WinogradSizes(sizes).Tree.Leaves(batch) is var leaves && leaves == 1 ? 0 : SliceTree.Levels(leaves) * sizes.WeightLength;

    static long BorderLength(in WinogradSizes sizes) =>
        Packing.RoundUp((int)Math.Max(sizes.Windows(null).BufferLength, sizes.Results(null).BufferLength), Gap);
}
