using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// The implicit GEMM for devices whose work-groups cooperate cheaply: shared memory, two buffers, tiles of a shape that fits the result and
/// keeps all multiprocessors busy. Sums have the same order as <see cref="ThreadImplicitGemm"/>'s.
/// </summary>
sealed class WorkGroupImplicitGemm<TAccumulators>(AcceleratorDevice device) : IImplicitGemm
    where TAccumulators : struct, IAccumulators
{
    readonly WeightPacker packer = new(device);
    readonly WorkGroupShapes<IWorkGroupGemm> float4 = Shapes<Float4Loader>(device), floats = Shapes<FloatLoader>(device);

    public long ScratchLength(in GemmProblem problem, in Weights w) => WeightPacker.ScratchLength(PackedLayout.ForWorkGroups(problem), w);

    public void Run(
        DeviceStream stream, Type variant, in GemmProblem problem, int n, DeviceView x, in Weights w, DeviceView scratch, DeviceView bias, bool relu,
        DeviceView y, StoreMode mode)
    {
        var packed = packer.Pack(stream, variant, PackedLayout.ForWorkGroups(problem), w, scratch);
        var sizes = GemmSizes.Of(problem, n, bias, relu, y, mode);
        var shapes = Float4.AreAligned(x, sizes.Geometry.SourceChannels) ? float4 : floats;
        shapes.Best(sizes.Pixels, sizes.Geometry.ResultChannels, sizes.Geometry.Groups)
            .Run(stream, sizes, x, packed, bias.IsNone ? packed : bias, y);
    }

    static WorkGroupShapes<IWorkGroupGemm> Shapes<TLoader>(AcceleratorDevice device)
        where TLoader : struct, IIm2colLoader => new(
        device,
        new(WorkGroupArea.Of<WorkGroup128x128>(), () => new WorkGroupGemmKernel<WorkGroup128x128, TLoader, TAccumulators>(device)),
        new(WorkGroupArea.Of<WorkGroup128x96>(), () => new WorkGroupGemmKernel<WorkGroup128x96, TLoader, TAccumulators>(device)),
        new(WorkGroupArea.Of<WorkGroup64x64>(), () => new WorkGroupGemmKernel<WorkGroup64x64, TLoader, TAccumulators>(device)));
}

/// <summary>An implicit GEMM of one shape of work-group.</summary>
interface IWorkGroupGemm
{
    /// <summary>Computes all tiles.</summary>
    /// <param name="stream">Where it queues.</param>
    /// <param name="sizes">Sizes.</param>
    /// <param name="x"><c>[n, source pixels, groups * source channels]</c>.</param>
    /// <param name="packed">The weights as <see cref="PackedLayout.ForWorkGroups"/> orders them.</param>
    /// <param name="bias"><c>[groups * result channels]</c>; any view where there is none.</param>
    /// <param name="y"><c>[n, result pixels, groups * result channels]</c>.</param>
    void Run(DeviceStream stream, in GemmSizes sizes, DeviceView x, DeviceView packed, DeviceView bias, DeviceView y);
}

/// <summary>
/// An implicit GEMM of which a work-group computes a tile of pixels by columns. Eight elements of k at a time pass through shared memory: while all
/// threads multiply one buffer, each prefetches its share of the next one in registers, and one barrier per buffer is enough.
/// </summary>
sealed class WorkGroupGemmKernel<TShape, TLoader, TAccumulators>(AcceleratorDevice device) : IWorkGroupGemm
    where TShape : struct, IWorkGroupShape
    where TLoader : struct, IIm2colLoader
    where TAccumulators : struct, IAccumulators
{
    readonly Action<DeviceStream, KernelConfig, GemmSizes, ArrayView<float>, ArrayView<Float4>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<GemmSizes, ArrayView<float>, ArrayView<Float4>, ArrayView<float>, ArrayView<float>>(
            Kernel, WorkGroupTile<TShape, TAccumulators>.Specialization);

    public void Run(DeviceStream stream, in GemmSizes sizes, DeviceView x, DeviceView packed, DeviceView bias, DeviceView y)
    {
        var area = WorkGroupArea.Of<TShape>();
        long tiles = sizes.Geometry.Groups * area.Tiles(sizes.Pixels, sizes.Geometry.ResultChannels);
        launch(stream, device.Groups(tiles, area.Threads), sizes, x.Array, packed.Array.Cast<Float4>(), bias.Array, y.Array);
    }

    static void Kernel(GemmSizes sizes, ArrayView<float> x, ArrayView<Float4> packed, ArrayView<float> bias, ArrayView<float> y)
    {
        var g = sizes.Geometry;
        var shared = SharedMemory.Allocate<Float4>(2 * WorkGroupTile<TShape, TAccumulators>.Buffer);
        int tilesOfGroup = (g.ResultChannels + WorkGroupTile<TShape, TAccumulators>.Columns - 1) / WorkGroupTile<TShape, TAccumulators>.Columns;
        int columnTiles = g.Groups * tilesOfGroup;
        long rowTiles = (sizes.Pixels + WorkGroupTile<TShape, TAccumulators>.Rows - 1) / WorkGroupTile<TShape, TAccumulators>.Rows;
        // Columns fastest: work-groups that run at the same time share pixels.
        for (long tile = Grid.IdxX; tile < rowTiles * columnTiles; tile += Grid.DimX)
        {
            long rowTile = tile / columnTiles;
            int columnTile = (int)(tile - rowTile * columnTiles), group = columnTile / tilesOfGroup;
            long pixel = rowTile * WorkGroupTile<TShape, TAccumulators>.Rows;
            int column = (columnTile - group * tilesOfGroup) * WorkGroupTile<TShape, TAccumulators>.Columns;
            var sum = Sum(sizes, pixel, group, column, x, packed, shared);
            long stride = (long)g.Groups * g.ResultChannels;
            int channel = group * g.ResultChannels + column;
            sum.Store<TShape>(
                new OutputTile(pixel * stride + channel, stride, sizes.Pixels - pixel, g.ResultChannels - column, channel, sizes.Epilogue), bias, y);
        }
    }

    static TAccumulators Sum(
        GemmSizes sizes, long pixel, int group, int column, ArrayView<float> x, ArrayView<Float4> packed, ArrayView<Float4> shared)
    {
        // Of the left operand a thread prefetches four elements of k of one pixel, or of two, half a work-group apart.
        var g = sizes.Geometry;
        var k = Im2colColumn.Of(g, Group.IdxX % 2 * Float4.Length);
        Im2colRow first = Row(sizes, pixel + LeftRow, group), second = Row(sizes, pixel + LeftRow + LeftGap, group);
        int steps = (g.Depth + WorkGroupBuffer.Depth - 1) / WorkGroupBuffer.Depth;
        // packed: [group][steps * 8][rowLength] float4s
        int rowLength = Float4.Blocks(g.ResultChannels);
        int block = column / Float4.Length + WorkGroupTile<TShape, TAccumulators>.RightColumn;
        long weights = ((long)group * steps * WorkGroupBuffer.Depth + WorkGroupTile<TShape, TAccumulators>.RightRow) * rowLength + block;
        // After the last column a thread prefetches zeros.
        bool hasColumn = block < rowLength;

        TAccumulators sum = default;
        var prefetched = Prefetch(g, x, first, second, k, packed, weights, rowLength, hasColumn);
        StoreShared(shared, 0, prefetched);
        Group.Barrier();
        for (int step = 1; step <= steps; step++)
        {
            if (step < steps)
            {
                k = k.Advance(g, WorkGroupBuffer.Depth);
                weights += WorkGroupBuffer.Depth * (long)rowLength;
                prefetched = Prefetch(g, x, first, second, k, packed, weights, rowLength, hasColumn);
            }

            sum.MultiplyAdd<TShape>(shared, ((step - 1) & 1) * WorkGroupTile<TShape, TAccumulators>.Buffer);
            if (step < steps) StoreShared(shared, (step & 1) * WorkGroupTile<TShape, TAccumulators>.Buffer, prefetched);
            Group.Barrier();
        }

        return sum;
    }

    /// <summary>The row of the tile of which a thread prefetches first.</summary>
    static int LeftRow => Group.IdxX / 2;

    /// <summary>Rows from the first to the second.</summary>
    static int LeftGap => WorkGroupTile<TShape, TAccumulators>.Threads / 2;

    static bool HasSecondLeft => TShape.Across < 16 && LeftRow + LeftGap < WorkGroupTile<TShape, TAccumulators>.Rows;

    // Rows after the last pixel repeat it, and are not stored.
    static Im2colRow Row(GemmSizes sizes, long pixel, int group) =>
        Im2colRow.Of(sizes.Geometry, pixel < sizes.Pixels ? pixel : sizes.Pixels - 1, group);

    static PrefetchRegisters Prefetch(
        ConvolutionGeometry g, ArrayView<float> x, Im2colRow first, Im2colRow second, Im2colColumn k, ArrayView<Float4> packed, long weights,
        int rowLength, bool hasColumn)
    {
        PrefetchRegisters prefetched = default;
        prefetched.Left0 = default(TLoader).Load(g, x, first, k);
        if (HasSecondLeft) prefetched.Left1 = default(TLoader).Load(g, x, second, k);
        if (hasColumn) prefetched.Right0 = packed[weights];
        if (WorkGroupTile<TShape, TAccumulators>.HasSecondRight && hasColumn)
            prefetched.Right1 = packed[weights + WorkGroupTile<TShape, TAccumulators>.RightGap * (long)rowLength];
        return prefetched;
    }

    static void StoreShared(ArrayView<Float4> shared, int buffer, PrefetchRegisters prefetched)
    {
        StoreTransposed(shared, buffer, LeftRow, prefetched.Left0);
        if (HasSecondLeft) StoreTransposed(shared, buffer, LeftRow + LeftGap, prefetched.Left1);
        WorkGroupTile<TShape, TAccumulators>.StoreRight(shared, buffer, prefetched);
    }

    static void StoreTransposed(ArrayView<Float4> shared, int buffer, int row, Float4 elements)
    {
        var floats = shared.Cast<float>();
        int step = WorkGroupTile<TShape, TAccumulators>.LeftStep * Float4.Length;
        int at = buffer * Float4.Length + Group.IdxX % 2 * Float4.Length * step + row;
        floats[at] = elements.S0;
        floats[at + step] = elements.S1;
        floats[at + 2 * step] = elements.S2;
        floats[at + 3 * step] = elements.S3;
    }
}
