using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// dw <c>[rows, columns]</c> = im2col rowsᵀ <c>[rows, pixels]</c> x dy <c>[pixels, columns]</c>, group by group. A piece is one block of rows
/// over one subtree of the leaves; the first block of a group sums the bias too.
/// </summary>
/// <remarks>
/// Four sources of A, all with the same sums: the pixels as they are in memory (1x1); the channels of one tap as they are, pixels whose tap is outside
/// skipped; a row of taps out of padded rows, where channels are few; or copied im2col rows, where rows of pixels are too few for these, or are normalised first.
/// </remarks>
unsafe struct WgradJob : ILanesJob
{
    // Tap by tap, a tile starts from sums in memory and goes back there: fewer steps than these are not worth that.
    const int MinTapDepth = 96;

    // Pixels so many floats apart, 2 KiB, no prefetcher of a first-level cache foresees: their channels are packed, where enough columns use them.
    const int FarPixelStep = 512, MinPackedColumns = 128;

    // Of such pixels as many at a time as one set of that cache holds.
    const int FarPixelsAtOnce = 8;

    public WgradPlan Plan;
    public Im2colRows Rows;
    public float* DY;
    public float* Scratch;
    public WgradTarget Target;

    /// <summary>Sums of the subtrees, where there are several.</summary>
    public float* Partials;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int subtree = index / Plan.Blocks;
        int group = index % Plan.Blocks / Plan.RowBlocks;
        int block = index % Plan.RowBlocks;
        int from = block * Plan.BlockRows;
        int rows = Math.Min(Plan.BlockRows, Plan.Rows - from);

        // The bias is one more row of the first block.
        long length = (block == 0 ? rows + 1L : rows) * Plan.Columns;
        float* scratch = Scratch + worker * Plan.ScratchLength;
        float* stack = scratch + Plan.PanelLength + Plan.PixelLength + Plan.RowsLength;
        int firstLeaf = subtree * Plan.PieceLeaves;
        int leaves = Math.Min(Plan.PieceLeaves, Plan.Leaves - firstLeaf);
        int height = 0;
        for (int leaf = 0; leaf < leaves; leaf++)
        {
            float* partial = stack + height * length;
            float* biasSums = block == 0 ? partial + (long)rows * Plan.Columns : null;
            SumLeaf<TLanes>(firstLeaf + leaf, group, from, rows, scratch, partial, biasSums);
            height = SliceTree.Close<TLanes>(stack, length, height + 1, leaf, last: leaf == leaves - 1);
        }

        float* bias = stack + (long)rows * Plan.Columns;
        if (Plan.Subtrees == 1)
        {
            Target.Store<TLanes>(stack, group, from, rows);
            if (block == 0)
            {
                Target.StoreBias<TLanes>(bias, group);
            }

            return;
        }

        float* partials = Partials + subtree * Plan.PartialLength + (long)group * (Plan.Rows + 1) * Plan.Columns;
        Copying.Copy<TLanes>(stack, partials + (long)from * Plan.Columns, rows * Plan.Columns);
        if (block == 0)
        {
            Copying.Copy<TLanes>(bias, partials + (long)Plan.Rows * Plan.Columns, Plan.Columns);
        }
    }

    readonly void SumLeaf<TLanes>(int leaf, int group, int from, int count, float* scratch, float* partial, float* biasSums)
        where TLanes : struct, ILanes<TLanes>
    {
        Im2colRows rows = Rows;
        rows.Source += (nint)(group / Plan.ColumnBlocks) * rows.Channels;
        long first = Plan.Tree.FirstPixel(leaf, Plan.Batch);
        int pixels = (int)(Plan.Tree.FirstPixel(leaf + 1, Plan.Batch) - first);
        int height = rows.Rows.Results, width = rows.Columns.Results;
        int tile = MicroKernel.Rows<TLanes>();
        bool isNormalized = rows.Normalization.IsSome, arePixels = rows.ArePixels && rows.Channels >= tile && !isNormalized;
        int imageRows = arePixels || isNormalized ? 0 : Plan.IsPadded ? WgradPlan.PaddedResults(height, width) : TapRows<TLanes>(rows);
        float* gathered = scratch + Plan.PanelLength + Plan.PixelLength;
        if (!arePixels && imageRows == 0)
        {
            // What follows a row fills the last tile; its sums are discarded, but must not be slow (subnormal) ones.
            Copying.Clear<TLanes>(gathered, (int)Plan.RowsLength);
        }

        if (biasSums is not null)
        {
            Copying.Clear<TLanes>(biasSums, Plan.Columns);
        }

        int filters = Plan.Groups * Plan.Columns;
        var product = new MacroKernel
        {
            Rows = count,
            Columns = Plan.Columns,
            B = scratch + Plan.PanelLength,
            C = partial,
            CStep = Plan.Columns,
            Epilogue = TileEpilogue.None,
        };
        for (int k = 0; k < pixels; k += product.Depth)
        {
            int left = pixels - k;
            product.Depth = imageRows > 0
                ? Math.Min(left, Math.Min(imageRows, height - (int)((first + k) / width % height)) * width)
                : Math.Min(Packing.BlockDepth(pixels), left);
            product.FromC = k > 0;
            float* dY = DY + (first + k) * filters + (nint)group * Plan.Columns;
            Packing.Pack<TLanes, PlainRows>(new PlainRows(dY), filters, product.Depth, Plan.Columns, product.B, biasSums);
            product.Ahead = new ReadAhead(dY + (nint)product.Depth * filters, (long)product.Depth * filters);
            if (Plan.IsPadded)
            {
                MultiplyTapRows<TLanes>(rows, first + k, product.Depth / width, from, product, gathered);
                continue;
            }

            if (imageRows > 0)
            {
                MultiplyTaps<TLanes>(rows, first + k, product.Depth / width, from, product);
                continue;
            }

            bool isInPlace = arePixels && (rows.PixelStep < FarPixelStep || Plan.Columns < MinPackedColumns);
            if ((isInPlace || isNormalized) && count == rows.PixelStep)
            {
                long length = (long)product.Depth * rows.PixelStep;
                product.Ahead = product.Ahead.Then(rows.Source + (nint)(first + k) * rows.PixelStep + length, length);
            }

            if (isInPlace)
            {
                (product.IsExact, product.RowsBefore, product.PanelStep) = (true, from, tile);
                product.Runs = new DepthRuns(1, product.Depth, rows.PixelStep);
                product.A = rows.Source + (nint)(first + k) * rows.PixelStep + from;
            }
            else
            {
                product.PanelStep = (nint)product.Depth * tile + WgradPlan.PanelGap;
                product.Runs = new DepthRuns(1, product.Depth, tile);
                product.A = scratch;
                if (arePixels) PackPixels<TLanes>(rows, first + k, from, product);
                else PackRows<TLanes>(rows, first + k, from, product, gathered);
            }

            product.Execute<TLanes, ColumnPanel>();
        }
    }

    // Rows of result pixels that are taken at a time, tap by tap; 0 where copied im2col rows serve better.
    readonly int TapRows<TLanes>(in Im2colRows rows)
        where TLanes : struct, ILanes<TLanes>
    {
        int height = rows.Rows.Results, width = rows.Columns.Results;
        if (rows.Channels < MicroKernel.Rows<TLanes>() || width > RowPanel.MaxDepth || Plan.Tree.LineLength != width)
        {
            return 0;
        }

        int blocks = Packing.CeilDivide(height, Math.Max(1, RowPanel.MaxDepth / width));
        int count = Packing.CeilDivide(height, blocks);
        return count * width < MinTapDepth ? 0 : count;
    }

    // imageRows rows of result pixels of one example, the first of which is pixel number first.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void MultiplyTaps<TLanes>(in Im2colRows rows, long first, int imageRows, int from, in MacroKernel block)
        where TLanes : struct, ILanes<TLanes>
    {
        MacroKernel product = block;
        product.IsExact = true;
        product.PanelStep = MicroKernel.Rows<TLanes>();
        PixelCursor corner = rows.At(first);
        int end = from + block.Rows;
        for (int row = from; row < end; row += product.Rows)
        {
            int tap = row / rows.Channels;
            int channel = row - tap * rows.Channels;
            product.Rows = Math.Min(rows.Channels - channel, end - row);
            product.RowsBefore = channel;
            Place(rows, corner, imageRows, tap, ref product);
            product.A += channel;
            product.Execute<TLanes, ColumnPanel>();
            product.C += product.Rows * product.CStep;
            if (product.Runs.Count > 0) product.Ahead = default;
        }
    }

    // The same over padded rows, where a row of taps is a run of memory and every tap is inside.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void MultiplyTapRows<TLanes>(in Im2colRows rows, long first, int imageRows, int from, in MacroKernel block, float* padded)
        where TLanes : struct, ILanes<TLanes>
    {
        var image = new PaddedRows(rows.Source, rows.Channels, rows.Rows, rows.Columns);
        PixelCursor corner = rows.At(first);
        image.Fill<TLanes>(corner.Example, corner.Row, imageRows, padded);
        MacroKernel product = block;
        int width = rows.Columns.Results;
        product.PanelStep = MicroKernel.Rows<TLanes>();
        product.Runs = new DepthRuns(imageRows, width, image.PixelStep) { Skip = image.ResultRowStep - (nint)width * image.PixelStep };
        int end = from + block.Rows;
        for (int row = from; row < end; row += product.Rows)
        {
            int tapRow = row / image.TapRowLength, start = row - tapRow * image.TapRowLength;
            product.Rows = Math.Min(image.TapRowLength - start, end - row);
            product.A = padded + tapRow * image.TapRowStep + start;
            product.Execute<TLanes, ColumnPanel>();
            product.C += product.Rows * product.CStep;
            product.Ahead = default;
        }
    }

    // The pixels whose tap is inside: a rectangle of the image.
    static void Place(in Im2colRows rows, PixelCursor corner, int imageRows, int tap, ref MacroKernel product)
    {
        int tapRow = tap / rows.Columns.Taps, tapColumn = tap % rows.Columns.Taps, width = rows.Columns.Results;
        (int top, int bottom) = rows.Rows.Inside(tapRow);
        (int left, int right) = rows.Columns.Inside(tapColumn);
        (top, bottom) = (Math.Max(top, corner.Row), Math.Min(bottom, corner.Row + imageRows));
        int length = Math.Max(0, right - left);
        nint step = (nint)rows.Columns.Scale * rows.PixelStep;
        product.Runs = new DepthRuns(length == 0 ? 0 : bottom - top, length, step)
        {
            First = (top - corner.Row) * width + left,
            Gap = width - length,
            Skip = (nint)rows.Rows.Scale * rows.Columns.Sources * rows.PixelStep - length * step,
        };
        nint row = (nint)corner.Example * rows.Rows.Sources + top * rows.Rows.Scale + rows.Rows.Start + tapRow * rows.Rows.SourceStep;
        int column = left * rows.Columns.Scale + rows.Columns.Start + tapColumn * rows.Columns.SourceStep;
        product.A = rows.Source + (row * rows.Columns.Sources + column) * rows.PixelStep;
    }

    // Im2col rows run along the rows of A here: some are gathered whole, then distributed to the panels, a tile's height to each. One at a
    // time would be read back while its stores are still in flight, in other pieces than they were written in: store forwarding fails, and loads stall.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void PackRows<TLanes>(in Im2colRows rows, long first, int from, in MacroKernel product, float* gathered)
        where TLanes : struct, ILanes<TLanes>
    {
        PixelCursor pixel = rows.At(first);
        for (int k = 0; k < product.Depth; k += WgradPlan.RowsAtOnce)
        {
            int count = Math.Min(WgradPlan.RowsAtOnce, product.Depth - k);
            for (int i = 0; i < count; i++)
            {
                rows.Copy<TLanes>(pixel, from, product.Rows, gathered + i * Plan.RowStep);
                pixel.Advance(rows.Rows.Results, rows.Columns.Results);
            }

            Deal<TLanes>(gathered, Plan.RowStep, Plan.RowStep, count, k, product);
        }
    }

    // Rows that are pixels as they are in memory.
    static void PackPixels<TLanes>(in Im2colRows rows, long first, int from, in MacroKernel product)
        where TLanes : struct, ILanes<TLanes>
    {
        float* source = rows.Source + (nint)first * rows.PixelStep + from;
        for (int k = 0; k < product.Depth; k += FarPixelsAtOnce)
        {
            Deal<TLanes>(source + (nint)k * rows.PixelStep, rows.PixelStep, rows.Channels - from, Math.Min(FarPixelsAtOnce, product.Depth - k), k, product);
        }
    }

    // Distributes some rows to the panels, from step k of the depth on. Of each row so many floats are readable; the rest of its last panel is zeros then.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Deal<TLanes>(float* rows, nint step, int readable, int count, int k, in MacroKernel product)
        where TLanes : struct, ILanes<TLanes>
    {
        int tile = MicroKernel.Rows<TLanes>();
        float* panel = product.A + (nint)k * tile;
        for (int row = 0; row < product.Rows; row += tile)
        {
            float* to = panel;
            float* part = rows + row, end = part + count * step;
            if (readable - row >= Packing.RoundUp(tile, TLanes.Count))
            {
                for (; part < end; part += step, to += tile)
                {
                    for (int i = 0; i < tile; i += TLanes.Count) TLanes.Load(part + i).Store(to + i);
                }
            }
            else
            {
                for (; part < end; part += step, to += tile)
                {
                    for (int i = 0; i < tile; i += TLanes.Count) TLanes.Load(part + i, Math.Clamp(readable - row - i, 0, TLanes.Count)).Store(to + i);
                }
            }

            panel += product.PanelStep;
        }
    }
}
