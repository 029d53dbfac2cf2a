using System.Runtime.CompilerServices;

namespace Nin.Ops;

/// <summary>
/// dw <c>[rows, columns]</c> = patchesᵀ <c>[rows, pixels]</c> x dy <c>[pixels, columns]</c>, group by group, in the order of
/// <see cref="SliceTree"/>. A piece is one block of rows over one subtree of the slices; the first block of a group sums the bias too.
/// </summary>
unsafe struct WeightGradient : ILanesJob
{
    public WeightGradientPlan Plan;
    public Patches Patches;
    public float* DY;
    public int Batch;
    public float* Scratch;
    public WeightGradientTarget Target;

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
        float* stack = scratch + Plan.PanelLength + Plan.PixelLength + Plan.PatchLength;
        int firstSlice = subtree * Plan.PieceSlices;
        int slices = Math.Min(Plan.PieceSlices, Plan.Slices - firstSlice);
        int height = 0;
        for (int slice = 0; slice < slices; slice++)
        {
            float* partial = stack + height * length;
            float* biasSums = block == 0 ? partial + (long)rows * Plan.Columns : null;
            SumSlice<TLanes>(firstSlice + slice, group, from, rows, scratch, partial, biasSums);
            height = SliceTree.Close<TLanes>(stack, length, height + 1, slice, last: slice == slices - 1);
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

    readonly void SumSlice<TLanes>(int slice, int group, int from, int rows, float* scratch, float* partial, float* biasSums)
        where TLanes : struct, ILanes<TLanes>
    {
        Patches patches = Patches;
        patches.Image += (nint)group * patches.Channels;
        int samples = Math.Min(SliceTree.Samples, Batch - slice * SliceTree.Samples);
        int pixels = samples * patches.GridHeight * patches.GridWidth;
        long first = (long)slice * SliceTree.Samples * patches.GridHeight * patches.GridWidth;
        int tile = RegisterTile.Rows<TLanes>();
        bool arePixels = patches.ArePixels && patches.Channels >= tile;
        int gridRows = arePixels ? 0 : TapProduct.GridRows<TLanes>(patches);
        float* patch = scratch + Plan.PanelLength + Plan.PixelLength;
        if (!arePixels && gridRows == 0)
        {
            // What lies behind a patch fills the last tile; sums of it are thrown away, but must not be slow ones.
            Copying.Clear<TLanes>(patch, (int)Plan.PatchLength);
        }

        if (biasSums is not null)
        {
            Copying.Clear<TLanes>(biasSums, Plan.Columns);
        }

        int filters = Plan.Groups * Plan.Columns;
        var product = new BlockProduct
        {
            Rows = rows,
            Columns = Plan.Columns,
            B = scratch + Plan.PanelLength,
            C = partial,
            CStep = Plan.Columns,
            Floor = float.NegativeInfinity,
        };
        for (int k = 0; k < pixels; k += product.Depth)
        {
            product.Depth = gridRows > 0
                ? Math.Min(gridRows, patches.GridHeight - k / patches.GridWidth % patches.GridHeight) * patches.GridWidth
                : Math.Min(Packing.BlockDepth(pixels), pixels - k);
            product.FromC = k > 0;
            float* dY = DY + (first + k) * filters + (nint)group * Plan.Columns;
            PanelPacking.Pack<TLanes>(dY, filters, product.Depth, Plan.Columns, product.B, biasSums);
            product.Ahead = new ReadAhead(dY + (nint)product.Depth * filters, (long)product.Depth * filters);
            if (gridRows > 0)
            {
                TapProduct.Execute<TLanes>(patches, first + k, product.Depth / patches.GridWidth, from, product);
                continue;
            }

            if (arePixels)
            {
                (product.IsExact, product.RowsBefore, product.PanelStep) = (true, from, tile);
                product.Runs = new DepthRuns(1, product.Depth, patches.PixelStep);
                product.A = patches.Image + (nint)(first + k) * patches.PixelStep + from;
            }
            else
            {
                product.PanelStep = (nint)product.Depth * tile + WeightGradientPlan.PanelGap;
                product.Runs = new DepthRuns(1, product.Depth, tile);
                product.A = scratch;
                PackRows<TLanes>(patches, first + k, from, product, patch);
            }

            product.Execute<TLanes, ColumnPanel>();
        }
    }

    // Patches lie along the rows of A here: some are gathered whole, then dealt out to the panels, a tile's height to each. One at a
    // time would be read back while its stores are still under way, in other pieces than they were written in: that stalls.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void PackRows<TLanes>(in Patches patches, long first, int from, in BlockProduct product, float* patch)
        where TLanes : struct, ILanes<TLanes>
    {
        var pixel = new GridPixel(first, patches.GridHeight, patches.GridWidth);
        for (int k = 0; k < product.Depth; k += WeightGradientPlan.PatchesAtOnce)
        {
            int count = Math.Min(WeightGradientPlan.PatchesAtOnce, product.Depth - k);
            for (int i = 0; i < count; i++)
            {
                patches.Copy<TLanes>(pixel, from, product.Rows, patch + i * Plan.PatchStep);
                pixel.Advance(patches.GridHeight, patches.GridWidth);
            }

            Deal<TLanes>(patch, count, k, product);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Deal<TLanes>(float* patch, int count, int k, in BlockProduct product)
        where TLanes : struct, ILanes<TLanes>
    {
        int tile = RegisterTile.Rows<TLanes>();
        float* panel = product.A + (nint)k * tile;
        for (int row = 0; row < product.Rows; row += tile)
        {
            float* to = panel;
            for (float* part = patch + row; part < patch + count * Plan.PatchStep; part += Plan.PatchStep)
            {
                for (int i = 0; i < tile; i += TLanes.Count)
                {
                    TLanes.Load(part + i).Store(to + i);
                }

                to += tile;
            }

            panel += product.PanelStep;
        }
    }
}
