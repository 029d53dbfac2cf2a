using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// A convolution in one direction as a product: its geometry, and where its right operand <c>[k, n]</c> of each group lies in the weights
/// <c>[kernelHeight, kernelWidth, channels / groups, filters]</c>.
/// </summary>
/// <param name="Geometry">m and k.</param>
/// <param name="Taps">Which taps of the weights the geometry's are.</param>
/// <param name="GroupStride">Elements of the weights from a group to the next.</param>
/// <param name="ChannelStride">Elements from a source channel, over which the sums run, to the next.</param>
/// <param name="ColumnStride">Elements from a result channel to the next.</param>
readonly record struct GemmProblem(ConvolutionGeometry Geometry, WeightTaps Taps, int GroupStride, int ChannelStride, int ColumnStride)
{
    /// <summary>Sums over channels; columns are filters.</summary>
    public static GemmProblem Fprop(in Conv2dSizes s) => Of(ConvolutionGeometry.Fprop(s), s.GroupFilters, s.Filters, 1);

    /// <summary>Sums over filters; columns are channels.</summary>
    public static GemmProblem Dgrad(in Conv2dSizes s) => Of(ConvolutionGeometry.Dgrad(s), s.GroupFilters, 1, s.Filters);

    /// <summary>Elements from a tap to the next.</summary>
    public long TapStride => (long)Geometry.Groups * Geometry.SourceChannels * Geometry.ResultChannels;

    static GemmProblem Of(in ConvolutionGeometry g, int groupStride, int channelStride, int columnStride) =>
        new(g, WeightTaps.All(g), groupStride, channelStride, columnStride);
}

/// <summary>The order of packed weights: <c>[groups][panels][rows][width]</c>, zeros after the last row and column.</summary>
/// <param name="Problem">What the rows (k) and columns (n) are.</param>
/// <param name="Rows">Rows of a panel.</param>
/// <param name="Width">Columns of a panel.</param>
readonly record struct PackedLayout(GemmProblem Problem, int Rows, int Width)
{
    /// <summary>Panels of eight columns, for a thread each: its inner loop reads one aligned block after another and has no tail.</summary>
    public static PackedLayout ForThreads(in GemmProblem problem) => new(problem, problem.Geometry.Depth, Float8.Length);

    /// <summary>One panel per group of channels, in whole buffers of rows and whole float4s of columns, for work-groups.</summary>
    public static PackedLayout ForWorkGroups(in GemmProblem problem) =>
        new(problem, RowsForWorkGroups(problem.Geometry.Depth), Float4.Blocks(problem.Geometry.ResultChannels) * Float4.Length);

    /// <summary>The rows of a panel for work-groups.</summary>
    public static int RowsForWorkGroups(int depth) => (depth + WorkGroupBuffer.Depth - 1) / WorkGroupBuffer.Depth * WorkGroupBuffer.Depth;

    /// <summary>The key of what a variant packs, among the copies of a parameter.</summary>
    public PackingKey Key(Type variant) => new(
        variant, IsTransposed: Problem.ChannelStride == 1, Problem.Geometry.Groups, Problem.Geometry.Taps, Problem.Geometry.SourceChannels,
        Problem.Geometry.ResultChannels, TapsAt: Problem.Taps);

    /// <summary>
    /// Whether weights have this order as they are, and can be read four at a time: those of a forward convolution without groups, of channels in eights and filters in
    /// fours, for work-groups.
    /// </summary>
    public bool Is(DeviceView w)
    {
        var g = Problem.Geometry;
        // With a divisor the product is cut into several, none of which has all taps.
        return g.Groups == 1 && g.Rows.Divisor == 1 && g.Columns.Divisor == 1 && Panels == 1 && Problem.ColumnStride == 1 && Problem.Taps == WeightTaps.All(g) && Rows == g.Depth && Width == g.ResultChannels
            && Float4.AreAligned(w, Width);
    }

    /// <summary>Panels of a group.</summary>
    public int Panels => (Problem.Geometry.ResultChannels + Width - 1) / Width;

    /// <summary>Elements.</summary>
    public long Length => (long)Problem.Geometry.Groups * Panels * Rows * Width;
}

/// <summary>Packs weights in the order in which kernels read them.</summary>
sealed class WeightPacker(AcceleratorDevice device)
{
    readonly Action<DeviceStream, KernelConfig, PackedLayout, PackedRows, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PackedLayout, PackedRows, ArrayView<float>, ArrayView<float>>(PackKernel);

    readonly Lazy<WeightTransposer> transposer = new(() => new(device));

    /// <summary>Elements of scratch that <see cref="Pack"/> needs.</summary>
    public static long ScratchLength(in PackedLayout layout, in Weights w) => w.Prepacked is null && !layout.Is(w.Value) ? layout.Length : 0;

    /// <summary>The packed weights of one parameter: kept with its version, or in scratch that lasts for this op.</summary>
    /// <param name="stream">Where it queues.</param>
    /// <param name="variant">The calling variant.</param>
    /// <param name="layout">Their order.</param>
    /// <param name="w">The parameter.</param>
    /// <param name="scratch">At least as long as <see cref="ScratchLength"/> says; used only where <paramref name="w"/> keeps no copies.</param>
    public DeviceView Pack(DeviceStream stream, Type variant, in PackedLayout layout, in Weights w, DeviceView scratch)
    {
        if (layout.Is(w.Value)) return w.Value;
        if (w.Prepacked is not null) return w.Prepacked.Get(stream, layout.Key(variant), in w, layout.Length, (this, stream, layout), Prepack);
        Launch(stream, layout, w.Value, scratch);
        return scratch;
    }

    static void Prepack(DeviceView w, DeviceView packed, in (WeightPacker Packer, DeviceStream Stream, PackedLayout Layout) state) =>
        state.Packer.Launch(state.Stream, state.Layout, w, packed);

    void Launch(DeviceStream stream, in PackedLayout layout, DeviceView w, DeviceView packed)
    {
        if (layout.Problem.ChannelStride == 1 && device.Profile.GroupsCooperate)
        {
            transposer.Value.Run(stream, layout, w, packed);
            return;
        }

        // Items are counted in 32 bits.
        int rows = layout.Problem.Geometry.Groups * layout.Panels * layout.Rows, most = int.MaxValue / layout.Width;
        for (int first = 0; first < rows; first += most)
        {
            int count = Math.Min(most, rows - first);
            var items = PackedRows.Of(layout, first, count);
            launch(stream, device.Over(items.Items), layout, items, w.Array, packed.Slice((long)first * layout.Width, items.Items).Array);
        }
    }

    static void PackKernel(PackedLayout layout, PackedRows rows, ArrayView<float> w, ArrayView<float> packed)
    {
        for (uint i = PortableThread.Index32; i < (uint)rows.Items; i += PortableThread.Stride32)
        {
            // i = ((group * panels + panel) * rows + row) * width + column
            int rest = rows.Width.Divide((int)i), column = (int)i - rest * layout.Width;
            rest += rows.First;
            int panel = rows.Rows.Divide(rest), row = rest - panel * layout.Rows;
            int group = rows.Panels.Divide(panel);
            column += (panel - group * rows.Panels.Value) * layout.Width;
            long at = RowAt(layout.Problem, rows, group, row);
            packed[(int)i] = at >= 0 && column < layout.Problem.Geometry.ResultChannels ? w[at + (long)column * layout.Problem.ColumnStride] : 0;
        }
    }

    /// <summary>Where the weights of a row of a group's panels begin, at the group's first column; -1 after the last row.</summary>
    public static long RowAt(GemmProblem problem, PackedRows rows, int group, int row)
    {
        int tap = rows.Channels.Divide(row), channel = row - tap * rows.Channels.Value;
        if (tap >= problem.Geometry.Taps) return -1;
        int tapRow = rows.TapColumns.Divide(tap), tapColumn = tap - tapRow * rows.TapColumns.Value;
        return (problem.Taps.First + tapRow * problem.Taps.RowStep + tapColumn * problem.Taps.ColumnStep) * problem.TapStride
            + (long)group * problem.GroupStride + (long)channel * problem.ChannelStride;
    }
}

/// <summary>
/// Packs weights whose source channels are neighbours, as a data gradient has them: tile by tile through shared memory, so that whole cache lines are read along
/// the rows and written along the columns. An element a thread read four and a half times as many sectors.
/// </summary>
sealed class WeightTransposer(AcceleratorDevice device)
{
    // Rows and columns of a tile, a cache line either way, and the most threads of its group: whole lines of it.
    const int Tile = 32, TileThreads = 256;

    readonly Action<DeviceStream, KernelConfig, PackedLayout, PackedRows, PackedTiles, ArrayView<float>, ArrayView<float>> launch =
        device.Load<PackedLayout, PackedRows, PackedTiles, ArrayView<float>, ArrayView<float>>(TransposeKernel);

    public void Run(DeviceStream stream, in PackedLayout layout, DeviceView w, DeviceView packed)
    {
        var tiles = PackedTiles.Of(layout, Tile);
        int lines = Math.Min(TileThreads, device.Accelerator.MaxNumThreadsPerGroup) / Tile;
        launch(
            stream, device.Groups(tiles.Count, lines * Tile), layout, PackedRows.Of(layout, first: 0, count: 1), tiles, w.Array, packed.Slice(0, layout.Length).Array);
    }

    static void TransposeKernel(PackedLayout layout, PackedRows rows, PackedTiles tiles, ArrayView<float> w, ArrayView<float> packed)
    {
        // A column of the tile is a float longer, so that neither side's neighbours share a bank.
        var tile = SharedMemory.Allocate<float>(Tile * (Tile + 1));
        int panels = rows.Panels.Value, line = Group.IdxX / Tile, lane = Group.IdxX - line * Tile, lines = Group.DimX / Tile;
        for (int i = Grid.IdxX; i < tiles.Count; i += Grid.DimX)
        {
            // i = (group * tile rows + tile row) * tile columns + tile column
            int rest = tiles.Columns.Divide(i), firstColumn = (i - rest * tiles.Columns.Value) * Tile;
            int group = tiles.Rows.Divide(rest), firstRow = (rest - group * tiles.Rows.Value) * Tile;

            // A thread reads in one row, and then writes in one column.
            long from = WeightPacker.RowAt(layout.Problem, rows, group, firstRow + lane);
            for (int j = line; j < Tile; j += lines)
            {
                int column = firstColumn + j;
                tile[j * (Tile + 1) + lane] =
                    from >= 0 && column < layout.Problem.Geometry.ResultChannels ? w[from + (long)column * layout.Problem.ColumnStride] : 0;
            }

            Group.Barrier();
            int panel = rows.Width.Divide(firstColumn + lane);
            if (panel < panels)
            {
                long to = ((long)group * panels + panel) * layout.Rows * layout.Width + firstColumn + lane - panel * layout.Width;
                for (int j = line; j < Tile && firstRow + j < layout.Rows; j += lines)
                    packed[to + (long)(firstRow + j) * layout.Width] = tile[lane * (Tile + 1) + j];
            }

            Group.Barrier();
        }
    }
}

/// <summary>The tiles of packed weights that are transposed in shared memory.</summary>
/// <param name="Count">Of all groups.</param>
/// <param name="OfGroup">Of one group.</param>
/// <param name="Rows">Tiles along the rows of a group.</param>
/// <param name="Columns">Tiles along the columns of all its panels.</param>
readonly record struct PackedTiles(int Count, int OfGroup, Divisor Rows, Divisor Columns)
{
    public static PackedTiles Of(in PackedLayout layout, int tile)
    {
        int rows = (layout.Rows + tile - 1) / tile, columns = (layout.Panels * layout.Width + tile - 1) / tile;
        return new(layout.Problem.Geometry.Groups * rows * columns, rows * columns, Divisor.Of(rows), Divisor.Of(columns));
    }
}

/// <summary>The rows of packed weights that one launch writes, of all panels and groups, and the numbers that its threads divide by.</summary>
/// <param name="First">The first row.</param>
/// <param name="Items">Elements of the rows.</param>
/// <param name="Width">Columns of a panel.</param>
/// <param name="Rows">Rows of a panel.</param>
/// <param name="Panels">Panels of a group.</param>
/// <param name="Channels">Rows of a tap.</param>
/// <param name="TapColumns">Taps of a row of taps.</param>
readonly record struct PackedRows(int First, int Items, Divisor Width, Divisor Rows, Divisor Panels, Divisor Channels, Divisor TapColumns)
{
    public static PackedRows Of(in PackedLayout layout, int first, int count) => new(
        first, count * layout.Width, Divisor.Of(layout.Width), Divisor.Of(layout.Rows), Divisor.Of(layout.Panels),
        Divisor.Of(layout.Problem.Geometry.SourceChannels), Divisor.Of(layout.Problem.Geometry.Columns.Taps));
}
