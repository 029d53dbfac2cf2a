using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// Wgrad where groups are narrow: <c>dw[tap, plane, filter] = sum over pixels of x[pixel at tap, plane, filter] dy[pixel, filter]</c>, one filter per lane.
/// Runs of at most <see cref="RunPixels"/> pixels of a row are summed in registers and added to their leaf's sum in the order of pixels; leaves are
/// combined as the <see cref="ReductionTree"/> says, whatever the threads. A piece is one block of filters over one subtree of the leaves.
/// </summary>
unsafe struct DepthwiseWgrad : ILanesJob
{
    /// <summary>Pixels of a sum in registers. The result's bits depend on this number, so it is fixed.</summary>
    public const int RunPixels = 16;

    // Filters of a block where the source is spread, and at least where it is not: whole registers of any width.
    const int SpreadChannels = 32;
    const int LeastChannels = 64;

    // Floats of copied rows, where a row does not take more.
    const int SpreadLength = 1 << 16;

    ConvolutionGeometry g;
    DepthwiseSource source;
    ReductionTree tree;
    int batch;
    int leaves;
    int pieceLeaves;
    int subtrees;
    int blockChannels;
    int blockRows;
    float* dY;
    float* partials;
    float* scratch;

    readonly int Channels => g.Groups * g.ResultChannels;

    readonly int Blocks => Packing.CeilDivide(Channels, blockChannels);

    /// <summary>Sums of one filter.</summary>
    readonly int Terms => g.Taps * g.SourceChannels;

    readonly long StackLength => (long)SliceTree.Levels(pieceLeaves) * Terms * blockChannels;

    readonly long SpreadRowsLength => source.IsInPlace ? 0 : SourceRows(blockRows) * source.RowStep(blockChannels);

    /// <summary>Floats of scratch memory that <see cref="Run"/> needs.</summary>
    public static long WorkspaceLength(WorkerPool pool, in Conv2dSizes sizes, int batch, bool normalizes = false)
    {
        DepthwiseWgrad job = Plan(pool, sizes, batch, normalizes);
        return pool.Threads * (job.StackLength + job.SpreadRowsLength) + (long)job.subtrees * job.Terms * job.Channels;
    }

    /// <param name="pool">Threads and width.</param>
    /// <param name="sizes">The convolution whose gradient this is.</param>
    /// <param name="batch">Examples in x and dy: at least 1.</param>
    /// <param name="x">Input.</param>
    /// <param name="dY">Gradient of the output.</param>
    /// <param name="accumulate">True to add to what dw holds, false to overwrite it unread.</param>
    /// <param name="dW">Gradient of the weights.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> floats.</param>
    /// <param name="normalization">Of one channel a group alone: what the forward pass did to x first.</param>
    public static void Run(
        WorkerPool pool, in Conv2dSizes sizes, int batch, float* x, float* dY, bool accumulate, float* dW, float* workspace,
        in InputNormalization normalization = default)
    {
        DepthwiseWgrad job = Plan(pool, sizes, batch, normalization.IsSome);
        job.source = new DepthwiseSource(x, job.g, normalization.IsSome, normalization);
        job.dY = dY;
        job.partials = workspace;
        job.scratch = workspace + (long)job.subtrees * job.Terms * job.Channels;
        SimdWidth.Run(pool, job.subtrees * job.Blocks, job);
        long length = (long)job.Terms * job.Channels;
        PartialSum.Run(pool, job.partials, length, job.subtrees, dW, length, accumulate);
    }

    static DepthwiseWgrad Plan(WorkerPool pool, in Conv2dSizes sizes, int batch, bool normalizes)
    {
        var job = new DepthwiseWgrad { g = ConvolutionGeometry.Fprop(sizes), tree = ReductionTree.Over(sizes.OutHeight, sizes.OutWidth), batch = batch };
        job.source = new DepthwiseSource(null, job.g, normalizes, default);
        job.leaves = job.tree.Leaves(batch);
        int wanted = pool.Threads == 1 ? 1 : 4 * pool.Threads;
        int blocks = Math.Clamp(Packing.CeilDivide(wanted, job.leaves), 1, Packing.CeilDivide(job.Channels, LeastChannels));
        job.blockChannels = Math.Min(job.Channels, job.source.IsPlain ? Packing.RoundUp(Packing.CeilDivide(job.Channels, blocks), 16) : SpreadChannels);
        long perPiece = (long)job.leaves * job.Blocks / wanted;
        job.pieceLeaves = pool.Threads == 1 ? job.leaves : 1 << BitOperations.Log2((uint)Math.Clamp(perPiece, 1, job.leaves));
        job.subtrees = Packing.CeilDivide(job.leaves, job.pieceLeaves);
        job.blockRows = 1;
        while (!job.source.IsInPlace && job.blockRows < sizes.OutHeight && job.SourceRows(job.blockRows + 1) * job.source.RowStep(job.blockChannels) <= SpreadLength)
            job.blockRows++;
        return job;
    }

    readonly long SourceRows(int rows) => Math.Min(g.Rows.Sources, (rows - 1L) * g.Rows.Scale + (g.Rows.Taps - 1L) * g.Rows.TapStep + 1);

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int subtree = index / Blocks, c = index % Blocks * blockChannels;
        int channels = Math.Min(blockChannels, Channels - c);
        float* stack = scratch + worker * (StackLength + SpreadRowsLength);
        float* spread = stack + StackLength;
        long length = (long)Terms * channels;
        int firstLeaf = subtree * pieceLeaves, count = Math.Min(pieceLeaves, leaves - firstLeaf), height = 0;
        for (int leaf = 0; leaf < count; leaf++)
        {
            float* sums = stack + height * length;
            new Span<float>(sums, (int)length).Clear();
            SumLeaf<TLanes>(tree.FirstPixel(firstLeaf + leaf, batch), tree.FirstPixel(firstLeaf + leaf + 1, batch), c, channels, spread, sums);
            height = SliceTree.Close<TLanes>(stack, length, height + 1, leaf, last: leaf == count - 1);
        }

        float* to = partials + (long)subtree * Terms * Channels + c;
        for (int term = 0; term < Terms; term++) Copying.Copy<TLanes>(stack + (nint)term * channels, to + (nint)term * Channels, channels);
    }

    // A leaf may begin and end within a row of pixels.
    readonly void SumLeaf<TLanes>(long pixel, long end, int c, int channels, float* spread, float* sums)
        where TLanes : struct, ILanes<TLanes>
    {
        int width = g.Columns.Results, height = g.Rows.Results;
        float* rows = null;
        (int example, int from, int endRow) = (-1, 0, 0);
        while (pixel < end)
        {
            long line = pixel / width;
            int row = (int)(line % height), first = (int)(pixel - line * width), last = (int)Math.Min(width, first + end - pixel);
            if (line / height != example || row >= endRow)
            {
                example = (int)(line / height);
                endRow = source.IsInPlace ? height : Math.Min(height, row + blockRows);
                endRow = (int)Math.Min(endRow, row + (end - pixel + first + width - 1) / width);
                (from, int to) = g.Rows.SourcesOf(row, endRow);
                rows = from < to ? source.Rows<TLanes>(example, from, to, c, channels, spread) : null;
            }

            for (int plane = 0; plane < source.Planes; plane++)
            {
                nint firstRow = -from * source.RowStep(channels) + (nint)plane * channels;
                Row<TLanes>(row, first, last, rows + firstRow, dY + line * width * Channels + c, channels, sums + (nint)plane * channels);
            }

            pixel += last - first;
        }
    }

    // The pixels first to before last of one row, in one plane.
    readonly void Row<TLanes>(int row, int first, int last, float* plane, float* dy, int channels, float* sums)
        where TLanes : struct, ILanes<TLanes>
    {
        ResidueAxis columns = g.Columns.Residue(0);
        nint pixelStep = source.PixelStep(channels), rowStep = source.RowStep(channels), sumStep = (nint)source.Planes * channels;
        (int inside, int end) = columns.AllInside();
        (inside, end) = (Math.Max(inside, first), Math.Min(end, last));
        if (inside >= end) inside = end = last;
        var run = new DepthwiseWgradRun
        {
            ResultStep = columns.Scale * pixelStep,
            PlaceStep = columns.SourceStep * pixelStep,
            RowStep = g.Rows.TapStep * rowStep,
            DYStep = Channels,
            DYRowStep = (nint)g.Columns.Results * Channels,
            SumStep = sumStep,
            Channels = channels,
        };
        for (int tap = 0; tap < g.Rows.Taps; tap++)
        {
            int at = g.Rows.Source(row, tap);
            if (at < 0) continue;
            float* x = plane + at * rowStep + columns.Start * pixelStep, tapSums = sums + (nint)tap * g.Columns.Taps * sumStep;

            // Three rows of three at once read dy once for all nine.
            int rows = g.Columns.Taps == 3 && tap + 3 <= g.Rows.Taps && g.Rows.Source(row, tap + 2) >= 0 ? 3 : 1;
            for (int i = inside; i < end; i += RunPixels)
            {
                run.Pixels = Math.Min(RunPixels, end - i);
                run.DY = dy + (nint)i * Channels;
                for (int place = 0; place < columns.Taps;)
                {
                    run.X = x + i * run.ResultStep + place * run.PlaceStep;
                    run.Sums = tapSums + place * sumStep;
                    place += run.Add<TLanes>(rows, columns.Taps - place);
                }
            }

            for (int i = 0; i < rows; i++)
            {
                Edge<TLanes>(run, columns, first, inside, x + i * run.RowStep, dy, tapSums + (nint)i * g.Columns.Taps * sumStep);
                Edge<TLanes>(run, columns, end, last, x + i * run.RowStep, dy, tapSums + (nint)i * g.Columns.Taps * sumStep);
            }

            tap += rows - 1;
        }
    }

    // Pixels some of whose taps are outside: tap by tap.
    readonly void Edge<TLanes>(DepthwiseWgradRun run, in ResidueAxis columns, int first, int last, float* x, float* dy, float* sums)
        where TLanes : struct, ILanes<TLanes>
    {
        for (int place = 0; place < columns.Taps && first < last; place++)
        {
            (int from, int to) = columns.Inside(place);
            (from, to) = (Math.Max(from, first), Math.Min(to, last));
            for (int i = from; i < to; i += RunPixels)
            {
                run.Pixels = Math.Min(RunPixels, to - i);
                run.DY = dy + (nint)i * Channels;
                run.X = x + i * run.ResultStep + place * run.PlaceStep;
                run.Sums = sums + place * run.SumStep;
                run.Add<TLanes>(rows: 1, places: 1);
            }
        }
    }
}
