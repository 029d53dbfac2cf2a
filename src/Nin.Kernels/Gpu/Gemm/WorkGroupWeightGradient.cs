using System.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// The weight gradient for devices whose work-groups cooperate cheaply; in float32 a leaf's sums have the same order as <see cref="ThreadWeightGradient"/>'s, but its leaves
/// are shorter where weights are few.
/// </summary>
sealed class WorkGroupWeightGradient : IWeightGradient
{
    // A 1x1 layer of few channels has one tile, and a batch perhaps 32 leaves: a quarter of a large GPU's multiprocessors. With sixteen tiles per leaf all have work. Partial
    // sums of so few weights cost little; a leaf of fewer than four buffers of pixels would not fill its tile's time.
    const int LeafTiles = 16, LeafPixels = 4 * WorkGroupBuffer.Depth;

    readonly WorkGroupShapes<IWorkGroupGradient> float4, floats;

    WorkGroupWeightGradient(WorkGroupShapes<IWorkGroupGradient> float4, WorkGroupShapes<IWorkGroupGradient> floats)
    {
        this.float4 = float4;
        this.floats = floats;
    }

    /// <summary>In float32.</summary>
    public static WorkGroupWeightGradient Float32(AcceleratorDevice device) => new(Shapes<Float4Loader>(device), Shapes<FloatLoader>(device));

    /// <summary>On tensor cores.</summary>
    public static WorkGroupWeightGradient OnTensorCores<TProducts>(AcceleratorDevice device)
        where TProducts : struct, ITf32Products => new(Shapes<Float4Loader, TProducts>(device), Shapes<FloatLoader, TProducts>(device));

    public ReductionTree Tree(in ConvolutionGeometry geometry)
    {
        long tiles = WorkGroupArea.OfFloat32<WorkGroup64x64>().Tiles(geometry.Depth, geometry.ResultChannels) * geometry.Groups;
        int parts = tiles > LeafTiles ? 1 : 1 << BitOperations.Log2((uint)(LeafTiles / tiles));
        return ReductionTree.Over(geometry.Rows.Results, geometry.Columns.Results).Cut(parts, LeafPixels);
    }

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
        where TLoader : struct, IIm2colLoader
    {
        return new(device, Of<WorkGroup128x128>(), Of<WorkGroup128x96>(), Of<WorkGroup64x64>());

        WorkGroupShapes<IWorkGroupGradient>.Shape Of<TShape>()
            where TShape : struct, IWorkGroupShape => new(WorkGroupArea.OfFloat32<TShape>(), () => new WorkGroupGradientKernel<TShape, TLoader>(device));
    }

    static WorkGroupShapes<IWorkGroupGradient> Shapes<TLoader, TProducts>(AcceleratorDevice device)
        where TLoader : struct, IIm2colLoader
        where TProducts : struct, ITf32Products
    {
        return new(device, Of<WorkGroup128x128>(), Of<WorkGroup128x96>(), Of<WorkGroup64x64>());

        WorkGroupShapes<IWorkGroupGradient>.Shape Of<TShape>()
            where TShape : struct, IWorkGroupShape => new(WorkGroupArea.OfTensorCores<TShape>(), () => new TensorGradientKernel<TShape, TLoader, TProducts>(device));
    }
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

/// <summary>A tile of the partial sums of a leaf, which a work-group computes.</summary>
/// <param name="Leaf">The leaf.</param>
/// <param name="Group">Its group of channels.</param>
/// <param name="Row">Its first row, a tap and a channel.</param>
/// <param name="Column">Its first filter in the group.</param>
readonly record struct GradientTile(int Leaf, int Group, int Row, int Column)
{
    /// <summary>Tiles of all leaves.</summary>
    public static long Count<TShape>(WorkGroupGradientSizes sizes)
        where TShape : struct, IWorkGroupShape => (long)sizes.Leaves.Count * sizes.Geometry.Groups * RowTiles<TShape>(sizes) * ColumnTiles<TShape>(sizes);

    /// <summary>The tile of a number. Filters fastest and leaves slowest: work-groups that run at the same time read the same pixels.</summary>
    public static GradientTile At<TShape>(WorkGroupGradientSizes sizes, long number)
        where TShape : struct, IWorkGroupShape
    {
        int columnTiles = ColumnTiles<TShape>(sizes), rowTiles = RowTiles<TShape>(sizes);
        long rest = number / columnTiles;
        int column = (int)(number - rest * columnTiles) * TShape.Columns, row = (int)(rest % rowTiles) * TShape.Rows;
        rest /= rowTiles;
        return new((int)(rest / sizes.Geometry.Groups), (int)(rest % sizes.Geometry.Groups), row, column);
    }

    /// <summary>Where it goes.</summary>
    public OutputTile Output(WorkGroupGradientSizes sizes)
    {
        var g = sizes.Geometry;
        return new(
            Leaf * sizes.Stride + Group * g.ResultChannels + Column, Row, Places: default, sizes.RowStride, g.Depth - Row, g.ResultChannels - Column, Channel: 0,
            new GemmEpilogue(HasBias: 0, Relu: 0, StoreMode.Overwrite, sizes.WritesFloat4));
    }

    /// <summary>Writes the bias's gradient, of which a thread has one filter.</summary>
    public void StoreBias<TShape>(WorkGroupGradientSizes sizes, float sum, ArrayView<float> partials)
        where TShape : struct, IWorkGroupShape
    {
        var g = sizes.Geometry;
        int thread = ILGPU.Group.IdxX, filter = Column + thread;
        if (thread < TShape.Columns && filter < g.ResultChannels) partials[Leaf * sizes.Stride + g.Depth * sizes.RowStride + Group * g.ResultChannels + filter] = sum;
    }

    static int RowTiles<TShape>(WorkGroupGradientSizes sizes)
        where TShape : struct, IWorkGroupShape => (sizes.Geometry.Depth + TShape.Rows - 1) / TShape.Rows;

    static int ColumnTiles<TShape>(WorkGroupGradientSizes sizes)
        where TShape : struct, IWorkGroupShape => (sizes.Geometry.ResultChannels + TShape.Columns - 1) / TShape.Columns;
}

/// <summary>
/// A weight gradient of which a work-group sums a tile of (tap, channel) by filters over the pixels of a leaf: the product of the transposed im2col
/// matrix and the output's gradient, eight pixels at a time in shared memory, double-buffered
/// as in <see cref="WorkGroupGemmKernel{TShape, TLoader}"/>. Both operands are already in the order in which they are multiplied, so nothing is transposed.
/// </summary>
sealed class WorkGroupGradientKernel<TShape, TLoader>(AcceleratorDevice device) : IWorkGroupGradient
    where TShape : struct, IWorkGroupShape
    where TLoader : struct, IIm2colLoader
{
    readonly Action<DeviceStream, KernelConfig, WorkGroupGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<WorkGroupGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>>(
            Kernel, WorkGroupTile<TShape>.Specialization);

    public void Run(DeviceStream stream, in WorkGroupGradientSizes sizes, DeviceView x, DeviceView dy, DeviceView partials) => launch(
        stream, device.Groups(GradientTile.Count<TShape>(sizes), WorkGroupTile<TShape>.Threads), sizes, x.Array, dy.Array, partials.Array);

    static void Kernel(WorkGroupGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> partials)
    {
        var shared = SharedMemory.Allocate<Float4>(2 * WorkGroupTile<TShape>.Buffer);
        for (long number = Grid.IdxX; number < GradientTile.Count<TShape>(sizes); number += Grid.DimX)
            SumTile(sizes, GradientTile.At<TShape>(sizes, number), x, dy, shared, partials);
    }

    static void SumTile(
        WorkGroupGradientSizes sizes, GradientTile tile, ArrayView<float> x, ArrayView<float> dy, ArrayView<Float4> shared, ArrayView<float> partials)
    {
        var g = sizes.Geometry;
        long begin = sizes.Leaves.FirstPixel(tile.Leaf);
        int pixels = (int)(sizes.Leaves.FirstPixel(tile.Leaf + 1) - begin);
        // A thread prefetches four rows (of a tap, or two) of one pixel, or of two; and four filters of one pixel, or of two.
        var k = Im2colColumn.Of(g, tile.Row + LeftColumn * Float4.Length);
        var tap = InputTap.Of(g, k);
        var first = Im2colRow.Of(g, begin + LeftPixel, tile.Group);
        var second = first.Advance(g, LeftGap);
        int filter = tile.Column + WorkGroupTile<TShape>.RightColumn * Float4.Length;
        int filterCount = g.ResultChannels - filter;
        long right = (begin + WorkGroupTile<TShape>.RightRow) * sizes.RowStride + tile.Group * g.ResultChannels + filter;

        int leftPlace = Float32Accumulators.LeftPlace<TShape>(), rightPlace = Float32Accumulators.RightPlace<TShape>();

        bool sumsBias = sizes.SumsBias != 0 && tile.Row == 0;
        float bias = 0;
        Float32Accumulators sum = default;
        var prefetched = Prefetch(sizes, x, dy, first, second, k, tap, right, filterCount, pixels);
        StoreShared(shared, 0, prefetched);
        Group.Barrier();
        int current = 0;
        for (int rest = pixels - WorkGroupBuffer.Depth; rest > -WorkGroupBuffer.Depth; rest -= WorkGroupBuffer.Depth)
        {
            // After the last pixel zeros are prefetched and stored, which are never read: a branch around it would cost a copy of each register per step.
            first = first.Advance(g, WorkGroupBuffer.Depth);
            if (HasSecondLeft) second = second.Advance(g, WorkGroupBuffer.Depth);
            right += WorkGroupBuffer.Depth * (g.Groups * g.ResultChannels);
            prefetched = Prefetch(sizes, x, dy, first, second, k, tap, right, filterCount, rest);
            sum.MultiplyAdd<TShape>(shared, current, leftPlace, rightPlace);
            if (sumsBias) bias = AddColumn(bias, shared, current);
            current = WorkGroupTile<TShape>.Buffer - current;
            StoreShared(shared, current, prefetched);
            Group.Barrier();
        }

        sum.Store<TShape>(tile.Output(sizes), partials, partials);
        if (sumsBias) tile.StoreBias<TShape>(sizes, bias, partials);
    }

    /// <summary>The pixel of a buffer of which a thread prefetches its first four rows.</summary>
    static int LeftPixel => WorkGroupBuffer.Divide(Group.IdxX, WorkGroupTile<TShape>.RowVectors);

    /// <summary>Which four rows.</summary>
    static int LeftColumn => Group.IdxX - LeftPixel * WorkGroupTile<TShape>.RowVectors;

    /// <summary>Pixels from there to its second four.</summary>
    static int LeftGap => WorkGroupTile<TShape>.Threads / WorkGroupTile<TShape>.RowVectors;

    static bool HasSecondLeft => WorkGroupTile<TShape>.HasSecondLeft && LeftPixel + LeftGap < WorkGroupBuffer.Depth;

    static PrefetchRegisters Prefetch(
        WorkGroupGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, Im2colRow first, Im2colRow second, Im2colColumn k, InputTap tap,
        long right, int filters, int pixels)
    {
        int rightPixel = WorkGroupTile<TShape>.RightRow, rightGap = WorkGroupTile<TShape>.RightGap;
        PrefetchRegisters prefetched = default;
        if (LeftPixel < pixels) prefetched.Left0 = LoadLeft(sizes.Geometry, x, first, k, tap);
        if (HasSecondLeft && LeftPixel + LeftGap < pixels) prefetched.Left1 = LoadLeft(sizes.Geometry, x, second, k, tap);
        if (rightPixel < pixels) prefetched.Right0 = LoadRight(sizes, dy, right, filters);
        if (WorkGroupTile<TShape>.HasSecondRight && rightPixel + rightGap < pixels)
            prefetched.Right1 = LoadRight(sizes, dy, right + rightGap * (int)sizes.RowStride, filters);
        return prefetched;
    }

    static Float4 LoadLeft(ConvolutionGeometry g, ArrayView<float> x, Im2colRow m, Im2colColumn k, InputTap tap) =>
        default(TLoader).Load(g, x, m, k, default(TLoader).Locate(g, m, tap));

    /// <summary>Up to four filters of a pixel; zeros after the last filter.</summary>
    static Float4 LoadRight(WorkGroupGradientSizes sizes, ArrayView<float> dy, long index, int count)
    {
        Float4 elements = default;
        if (sizes.ReadsFloat4 != 0)
        {
            if (count > 0) elements = dy.Cast<Float4>()[Float4.Index(index)];
            return elements;
        }

        if (count > 0) elements.S0 = dy[index];
        if (count > 1) elements.S1 = dy[index + 1];
        if (count > 2) elements.S2 = dy[index + 2];
        if (count > 3) elements.S3 = dy[index + 3];
        return elements;
    }

    // Places are computed again each time: they take few instructions, and this kernel has no registers to spare for them.
    static void StoreShared(ArrayView<Float4> shared, int buffer, PrefetchRegisters prefetched)
    {
        int left = buffer + LeftPixel * WorkGroupTile<TShape>.LeftStep + LeftColumn;
        shared[left] = prefetched.Left0;
        if (HasSecondLeft) shared[left + LeftGap * WorkGroupTile<TShape>.LeftStep] = prefetched.Left1;
        WorkGroupTile<TShape>.StoreRight(shared, buffer + WorkGroupTile<TShape>.RightPlace, prefetched);
    }

    // The output's gradient is in shared memory already: a thread adds up one filter of it.
    static float AddColumn(float sum, ArrayView<Float4> shared, int buffer)
    {
        int column = Group.IdxX - WorkGroupBuffer.Divide(Group.IdxX, TShape.Columns) * TShape.Columns;
        ref float first = ref shared.Cast<float>()[(buffer + WorkGroupTile<TShape>.Right) * Float4.Length + column];
        sum += OffsetLoad.Of(ref first, 0);
        sum += OffsetLoad.Of(ref first, TShape.Columns);
        sum += OffsetLoad.Of(ref first, 2 * TShape.Columns);
        sum += OffsetLoad.Of(ref first, 3 * TShape.Columns);
        sum += OffsetLoad.Of(ref first, 4 * TShape.Columns);
        sum += OffsetLoad.Of(ref first, 5 * TShape.Columns);
        sum += OffsetLoad.Of(ref first, 6 * TShape.Columns);
        sum += OffsetLoad.Of(ref first, 7 * TShape.Columns);
        return sum;
    }
}
