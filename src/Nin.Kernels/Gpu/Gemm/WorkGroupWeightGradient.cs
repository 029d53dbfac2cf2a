using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>The weight gradient for devices whose work-groups cooperate cheaply; sums have the same order as <see cref="ThreadWeightGradient"/>'s.</summary>
sealed class WorkGroupWeightGradient<TAccumulators>(AcceleratorDevice device) : IWeightGradient
    where TAccumulators : struct, IAccumulators
{
    readonly WorkGroupShapes<IWorkGroupGradient> float4 = Shapes<Float4Loader>(device), floats = Shapes<FloatLoader>(device);

    public void Run(
        DeviceStream stream, in ConvolutionGeometry geometry, in LeafRange leaves, DeviceView x, DeviceView dy, bool sumsBias, DeviceView partials,
        long stride)
    {
        var sizes = new WorkGroupGradientSizes(
            geometry, leaves, stride, sumsBias ? 1 : 0, Float4.AreAligned(dy, geometry.ResultChannels) ? 1 : 0,
            Float4.AreAligned(partials, geometry.ResultChannels) && stride % Float4.Length == 0 ? 1 : 0);
        var shapes = Float4.AreAligned(x, geometry.SourceChannels) ? float4 : floats;
        shapes.Best(geometry.Depth, geometry.ResultChannels, (long)leaves.Count * geometry.Groups).Run(stream, sizes, x, dy, partials);
    }

    static WorkGroupShapes<IWorkGroupGradient> Shapes<TLoader>(AcceleratorDevice device)
        where TLoader : struct, IIm2colLoader => new(
        device,
        new(WorkGroupArea.Of<WorkGroup128x128>(), () => new WorkGroupGradientKernel<WorkGroup128x128, TLoader, TAccumulators>(device)),
        new(WorkGroupArea.Of<WorkGroup128x96>(), () => new WorkGroupGradientKernel<WorkGroup128x96, TLoader, TAccumulators>(device)),
        new(WorkGroupArea.Of<WorkGroup64x64>(), () => new WorkGroupGradientKernel<WorkGroup64x64, TLoader, TAccumulators>(device)));
}

/// <summary>A weight gradient of one shape of work-group.</summary>
interface IWorkGroupGradient
{
    /// <summary>Computes all tiles.</summary>
    /// <param name="stream">Where it queues.</param>
    /// <param name="sizes">Sizes.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, filters]</c>.</param>
    /// <param name="partials"><c>[leaves, stride]</c>, from the first weight on.</param>
    void Run(DeviceStream stream, in WorkGroupGradientSizes sizes, DeviceView x, DeviceView dy, DeviceView partials);
}

/// <summary>What a weight gradient by work-groups reads besides its arrays.</summary>
/// <param name="Geometry">The forward direction.</param>
/// <param name="Leaves">The leaves.</param>
/// <param name="Stride">Elements from the partial sums of a leaf to those of the next.</param>
/// <param name="SumsBias">1 where the bias's gradient is written after the weights'.</param>
/// <param name="ReadsFloat4">1 where four filters of the output's gradient may be read at once.</param>
/// <param name="WritesFloat4">1 where four filters of the partial sums may be written at once.</param>
readonly record struct WorkGroupGradientSizes(
    ConvolutionGeometry Geometry, LeafRange Leaves, long Stride, int SumsBias, int ReadsFloat4, int WritesFloat4)
{
    /// <summary>Elements from a row of the gradient (a tap and a channel) to the next, and from an output pixel to the next: all filters.</summary>
    public long RowStride => (long)Geometry.Groups * Geometry.ResultChannels;
}

/// <summary>
/// A weight gradient of which a work-group sums a tile of (tap, channel) by filters over the pixels of a leaf: the product of the transposed im2col
/// matrix and the output's gradient, eight pixels at a time in shared memory, in two buffers as
/// <see cref="WorkGroupGemmKernel{TShape, TLoader, TAccumulators}"/> has them. Both operands are already in the order in which they are multiplied, so nothing is transposed.
/// </summary>
sealed class WorkGroupGradientKernel<TShape, TLoader, TAccumulators>(AcceleratorDevice device) : IWorkGroupGradient
    where TShape : struct, IWorkGroupShape
    where TLoader : struct, IIm2colLoader
    where TAccumulators : struct, IAccumulators
{
    readonly Action<DeviceStream, KernelConfig, WorkGroupGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<WorkGroupGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>>(
            Kernel, WorkGroupTile<TShape, TAccumulators>.Specialization);

    public void Run(DeviceStream stream, in WorkGroupGradientSizes sizes, DeviceView x, DeviceView dy, DeviceView partials) => launch(
        stream, device.Groups(Tiles(sizes), WorkGroupTile<TShape, TAccumulators>.Threads), sizes, x.Array, dy.Array, partials.Array);

    static void Kernel(WorkGroupGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> partials)
    {
        var shared = SharedMemory.Allocate<Float4>(2 * WorkGroupTile<TShape, TAccumulators>.Buffer);
        int columnTiles = ColumnTiles(sizes), rowTiles = RowTiles(sizes);
        // Filters fastest and leaves slowest: work-groups that run at the same time read the same pixels.
        for (long tile = Grid.IdxX; tile < Tiles(sizes); tile += Grid.DimX)
        {
            long rest = tile / columnTiles;
            int column = (int)(tile - rest * columnTiles) * WorkGroupTile<TShape, TAccumulators>.Columns;
            int row = (int)(rest % rowTiles) * WorkGroupTile<TShape, TAccumulators>.Rows;
            rest /= rowTiles;
            SumTile(sizes, (int)(rest / sizes.Geometry.Groups), (int)(rest % sizes.Geometry.Groups), row, column, x, dy, shared, partials);
        }
    }

    static long Tiles(WorkGroupGradientSizes sizes) =>
        (long)sizes.Leaves.Count * sizes.Geometry.Groups * RowTiles(sizes) * ColumnTiles(sizes);

    static int RowTiles(WorkGroupGradientSizes sizes) =>
        (sizes.Geometry.Depth + WorkGroupTile<TShape, TAccumulators>.Rows - 1) / WorkGroupTile<TShape, TAccumulators>.Rows;

    static int ColumnTiles(WorkGroupGradientSizes sizes) =>
        (sizes.Geometry.ResultChannels + WorkGroupTile<TShape, TAccumulators>.Columns - 1) / WorkGroupTile<TShape, TAccumulators>.Columns;

    static void SumTile(
        WorkGroupGradientSizes sizes, int leaf, int group, int row, int column, ArrayView<float> x, ArrayView<float> dy,
        ArrayView<Float4> shared, ArrayView<float> partials)
    {
        var g = sizes.Geometry;
        long begin = sizes.Leaves.FirstPixel(leaf), end = sizes.Leaves.FirstPixel(leaf + 1);
        // A thread prefetches four rows (of a tap, or two) of one pixel, or of two; and four filters of one pixel, or of two.
        var k = Im2colColumn.Of(g, row + Group.IdxX % WorkGroupTile<TShape, TAccumulators>.RowVectors * Float4.Length);
        var first = Im2colRow.Of(g, begin + LeftPixel, group);
        var second = first.Advance(g, LeftGap);
        int filter = column + WorkGroupTile<TShape, TAccumulators>.RightColumn * Float4.Length;
        var filters = new FilterLoader(group * g.ResultChannels + filter, g.ResultChannels - filter);

        bool sumsBias = sizes.SumsBias != 0 && row == 0;
        float bias = 0;
        TAccumulators sum = default;
        var prefetched = Prefetch(sizes, x, dy, first, second, k, filters, begin, end);
        StoreShared(shared, 0, prefetched);
        Group.Barrier();
        int current = 0;
        for (long next = begin + WorkGroupBuffer.Depth; next - WorkGroupBuffer.Depth < end; next += WorkGroupBuffer.Depth)
        {
            if (next < end)
            {
                first = first.Advance(g, WorkGroupBuffer.Depth);
                second = second.Advance(g, WorkGroupBuffer.Depth);
                prefetched = Prefetch(sizes, x, dy, first, second, k, filters, next, end);
            }

            sum.MultiplyAdd<TShape>(shared, current);
            if (sumsBias) bias = AddColumn(bias, shared, current);
            current = WorkGroupTile<TShape, TAccumulators>.Buffer - current;
            if (next < end) StoreShared(shared, current, prefetched);
            Group.Barrier();
        }

        long index = leaf * sizes.Stride + row * sizes.RowStride + group * g.ResultChannels + column;
        var epilogue = new GemmEpilogue(HasBias: 0, Relu: 0, StoreMode.Overwrite, sizes.WritesFloat4);
        sum.Store<TShape>(
            new OutputTile(index, sizes.RowStride, g.Depth - row, g.ResultChannels - column, Channel: 0, epilogue), partials, partials);
        int biasFilter = column + Group.IdxX;
        if (sumsBias && Group.IdxX < WorkGroupTile<TShape, TAccumulators>.Columns && biasFilter < g.ResultChannels)
            partials[leaf * sizes.Stride + g.Depth * sizes.RowStride + group * g.ResultChannels + biasFilter] = bias;
    }

    /// <summary>The pixel of a buffer of which a thread prefetches its first four rows.</summary>
    static int LeftPixel => Group.IdxX / WorkGroupTile<TShape, TAccumulators>.RowVectors;

    /// <summary>Pixels from there to its second four.</summary>
    static int LeftGap => WorkGroupTile<TShape, TAccumulators>.Threads / WorkGroupTile<TShape, TAccumulators>.RowVectors;

    static bool HasSecondLeft => TShape.Across < 16 && LeftPixel + LeftGap < WorkGroupBuffer.Depth;

    static PrefetchRegisters Prefetch(
        WorkGroupGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, Im2colRow first, Im2colRow second, Im2colColumn k,
        FilterLoader filters, long pixel, long end)
    {
        PrefetchRegisters prefetched = default;
        long left = pixel + LeftPixel, right = pixel + WorkGroupTile<TShape, TAccumulators>.RightRow;
        if (left < end) prefetched.Left0 = default(TLoader).Load(sizes.Geometry, x, first, k);
        if (HasSecondLeft && left + LeftGap < end) prefetched.Left1 = default(TLoader).Load(sizes.Geometry, x, second, k);
        if (right < end) prefetched.Right0 = filters.Load(sizes, dy, right);
        if (WorkGroupTile<TShape, TAccumulators>.HasSecondRight && right + WorkGroupTile<TShape, TAccumulators>.RightGap < end)
            prefetched.Right1 = filters.Load(sizes, dy, right + WorkGroupTile<TShape, TAccumulators>.RightGap);
        return prefetched;
    }

    static void StoreShared(ArrayView<Float4> shared, int buffer, PrefetchRegisters prefetched)
    {
        int left = buffer + LeftPixel * WorkGroupTile<TShape, TAccumulators>.LeftStep + Group.IdxX % WorkGroupTile<TShape, TAccumulators>.RowVectors;
        shared[left] = prefetched.Left0;
        if (HasSecondLeft) shared[left + LeftGap * WorkGroupTile<TShape, TAccumulators>.LeftStep] = prefetched.Left1;
        WorkGroupTile<TShape, TAccumulators>.StoreRight(shared, buffer, prefetched);
    }

    // The output's gradient is in shared memory already: a thread adds up one filter of it.
    static float AddColumn(float sum, ArrayView<Float4> shared, int buffer)
    {
        var floats = shared.Cast<float>();
        int at = (buffer + WorkGroupTile<TShape, TAccumulators>.Right) * Float4.Length + Group.IdxX % WorkGroupTile<TShape, TAccumulators>.Columns;
        for (int k = 0; k < WorkGroupBuffer.Depth; k++) sum += floats[at + k * WorkGroupTile<TShape, TAccumulators>.RightStep * Float4.Length];
        return sum;
    }
}

/// <summary>Which four filters of an output's gradient a thread prefetches.</summary>
/// <param name="First">The first filter of all groups.</param>
/// <param name="Count">Filters of the group from there on.</param>
readonly record struct FilterLoader(long First, int Count)
{
    /// <summary>Four filters of a pixel; zeros after the last filter.</summary>
    public Float4 Load(WorkGroupGradientSizes sizes, ArrayView<float> dy, long pixel)
    {
        long index = First + pixel * sizes.RowStride;
        Float4 elements = default;
        if (sizes.ReadsFloat4 != 0)
        {
            if (Count > 0) elements = dy.Cast<Float4>()[index / Float4.Length];
            return elements;
        }

        if (Count > 0) elements.S0 = dy[index];
        if (Count > 1) elements.S1 = dy[index + 1];
        if (Count > 2) elements.S2 = dy[index + 2];
        if (Count > 3) elements.S3 = dy[index + 3];
        return elements;
    }
}
