using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// The implicit GEMM for devices whose work-groups cooperate cheaply: shared memory with several buffers, tiles of a shape that fits the result
/// and keeps all multiprocessors busy. In float32 sums have the same order as <see cref="ThreadImplicitGemm"/>'s.
/// </summary>
sealed class WorkGroupImplicitGemm : IImplicitGemm
{
    readonly WeightPacker packer;
    readonly WorkGroupShapes<IWorkGroupGemm> float4, floats;

    WorkGroupImplicitGemm(AcceleratorDevice device, WorkGroupShapes<IWorkGroupGemm> float4, WorkGroupShapes<IWorkGroupGemm> floats)
    {
        packer = new(device);
        this.float4 = float4;
        this.floats = floats;
    }

    /// <summary>In float32.</summary>
    public static WorkGroupImplicitGemm Float32(AcceleratorDevice device) => new(device, Shapes<Float4Loader>(device), Shapes<FloatLoader>(device));

    /// <summary>On tensor cores.</summary>
    public static WorkGroupImplicitGemm OnTensorCores<TProducts>(AcceleratorDevice device)
        where TProducts : struct, ITf32Products => new(device, Shapes<Float4Loader, TProducts>(device), Shapes<FloatLoader, TProducts>(device));

    public long ScratchLength(in GemmProblem problem, in Weights w) => WeightPacker.ScratchLength(PackedLayout.ForWorkGroups(problem), w);

    public void Run(
        DeviceStream stream, Type variant, in GemmProblem problem, int n, DeviceView x, in Weights w, DeviceView scratch, DeviceView bias, bool relu,
        DeviceView y, StoreMode mode)
    {
        if (!ResidueGemm.Cuts(problem, n))
        {
            RunPart(stream, variant, new(problem, default), n, x, w, scratch, bias, relu, y, mode);
            return;
        }

        for (int row = 0; row < problem.Geometry.Rows.Divisor; row++)
        {
            for (int column = 0; column < problem.Geometry.Columns.Divisor; column++)
                RunPart(stream, variant, ResidueGemm.Of(problem, row, column), n, x, w, scratch, bias, relu, y, mode);
        }
    }

    void RunPart(
        DeviceStream stream, Type variant, in ResidueGemm gemm, int n, DeviceView x, in Weights w, DeviceView scratch, DeviceView bias, bool relu,
        DeviceView y, StoreMode mode)
    {
        var sizes = GemmSizes.Of(gemm.Problem, n, bias, relu, y, mode) with { Results = gemm.Results };
        // A side below the stride leaves residues without results; a window below it, some without taps, for which nothing of any view is read.
        if (sizes.Pixels == 0) return;
        var packed = sizes.Geometry.Taps > 0 ? packer.Pack(stream, variant, PackedLayout.ForWorkGroups(gemm.Problem), w, scratch) : w.Value.Buffer.View;
        var shapes = Float4.AreAligned(x, sizes.Geometry.SourceChannels) ? float4 : floats;
        shapes.Best(sizes.Pixels, sizes.Geometry.ResultChannels, sizes.Geometry.Groups)
            .Run(stream, sizes, x, packed, bias.IsNone ? packed : bias, y);
    }

    static WorkGroupShapes<IWorkGroupGemm> Shapes<TLoader>(AcceleratorDevice device)
        where TLoader : struct, IIm2colLoader
    {
        return new(device, Of<WorkGroup128x128>(), Of<WorkGroup128x96>(), Of<WorkGroup64x64>());

        WorkGroupShapes<IWorkGroupGemm>.Shape Of<TShape>()
            where TShape : struct, IWorkGroupShape => new(WorkGroupArea.OfFloat32<TShape>(), () => new WorkGroupGemmKernel<TShape, TLoader>(device));
    }

    static WorkGroupShapes<IWorkGroupGemm> Shapes<TLoader, TProducts>(AcceleratorDevice device)
        where TLoader : struct, IIm2colLoader
        where TProducts : struct, ITf32Products
    {
        return new(device, Of<WorkGroup128x128>(), Of<WorkGroup128x96>(), Of<WorkGroup64x64>());

        WorkGroupShapes<IWorkGroupGemm>.Shape Of<TShape>()
            where TShape : struct, IWorkGroupShape => new(WorkGroupArea.OfTensorCores<TShape>(), () => new TensorGemmKernel<TShape, TLoader, TProducts>(device));
    }
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

/// <summary>A tile of an implicit GEMM's result, which a work-group computes.</summary>
/// <param name="Pixel">Its first pixel.</param>
/// <param name="Group">Its group of channels.</param>
/// <param name="Column">Its first column in the group.</param>
readonly record struct GemmTile(long Pixel, int Group, int Column)
{
    /// <summary>Tiles of the whole result.</summary>
    public static long Count<TShape>(GemmSizes sizes)
        where TShape : struct, IWorkGroupShape => (sizes.Pixels + TShape.Rows - 1) / TShape.Rows * (sizes.Geometry.Groups * TilesOfGroup<TShape>(sizes));

    /// <summary>The tile by its number. Columns fastest: work-groups that run at the same time share pixels.</summary>
    public static GemmTile At<TShape>(GemmSizes sizes, long number)
        where TShape : struct, IWorkGroupShape
    {
        int tilesOfGroup = TilesOfGroup<TShape>(sizes), columnTiles = sizes.Geometry.Groups * tilesOfGroup;
        long rowTile = number / columnTiles;
        int columnTile = (int)(number - rowTile * columnTiles), group = columnTile / tilesOfGroup;
        return new(rowTile * TShape.Rows, group, (columnTile - group * tilesOfGroup) * TShape.Columns);
    }

    /// <summary>Where it goes.</summary>
    public OutputTile Output(GemmSizes sizes)
    {
        var g = sizes.Geometry;
        long stride = (long)g.Groups * g.ResultChannels;
        int channel = Group * g.ResultChannels + Column;
        return new(channel, Pixel, sizes.Results, stride, sizes.Pixels - Pixel, g.ResultChannels - Column, channel, sizes.Epilogue);
    }

    static int TilesOfGroup<TShape>(GemmSizes sizes)
        where TShape : struct, IWorkGroupShape => (sizes.Geometry.ResultChannels + TShape.Columns - 1) / TShape.Columns;
}

/// <summary>
/// An implicit GEMM of which a work-group computes a tile of pixels by columns. Shared memory is double-buffered, eight elements of k at a time: while
/// all threads multiply one buffer, each prefetches its share of the next one into registers, so that one barrier per buffer is enough.
/// </summary>
sealed class WorkGroupGemmKernel<TShape, TLoader>(AcceleratorDevice device) : IWorkGroupGemm
    where TShape : struct, IWorkGroupShape
    where TLoader : struct, IIm2colLoader
{
    readonly Action<DeviceStream, KernelConfig, GemmSizes, ArrayView<float>, ArrayView<Float4>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<GemmSizes, ArrayView<float>, ArrayView<Float4>, ArrayView<float>, ArrayView<float>>(
            Kernel, WorkGroupTile<TShape>.Specialization);

    public void Run(DeviceStream stream, in GemmSizes sizes, DeviceView x, DeviceView packed, DeviceView bias, DeviceView y) => launch(
        stream, device.Groups(GemmTile.Count<TShape>(sizes), WorkGroupTile<TShape>.Threads), sizes, x.Array, packed.Array.Cast<Float4>(), bias.Array, y.Array);

    static void Kernel(GemmSizes sizes, ArrayView<float> x, ArrayView<Float4> packed, ArrayView<float> bias, ArrayView<float> y)
    {
        var shared = SharedMemory.Allocate<Float4>(2 * WorkGroupTile<TShape>.Buffer);
        for (long number = Grid.IdxX; number < GemmTile.Count<TShape>(sizes); number += Grid.DimX)
        {
            var tile = GemmTile.At<TShape>(sizes, number);
            Sum(sizes, tile, x, packed, shared).Store<TShape>(tile.Output(sizes), bias, y);
        }
    }

    static Float32Accumulators Sum(GemmSizes sizes, GemmTile tile, ArrayView<float> x, ArrayView<Float4> packed, ArrayView<Float4> shared)
    {
        // Of the left operand a thread prefetches four elements of k of one pixel, or of two, half a work-group apart.
        var g = sizes.Geometry;
        var k = Im2colColumn.Of(g, LeftPart * Float4.Length);
        Im2colRow first = Row(sizes, tile, LeftRow), second = Row(sizes, tile, LeftRow + LeftGap);
        long located = default(TLoader).Locate(g, first, k), locatedSecond = HasSecondLeft ? default(TLoader).Locate(g, second, k) : 0;
        int steps = (g.Depth + WorkGroupBuffer.Depth - 1) / WorkGroupBuffer.Depth;
        // packed: [group][steps * 8][rowLength] float4s
        int rowLength = Float4.Blocks(g.ResultChannels);
        int block = tile.Column / Float4.Length + WorkGroupTile<TShape>.RightColumn;
        long weights = ((long)tile.Group * steps * WorkGroupBuffer.Depth + WorkGroupTile<TShape>.RightRow) * rowLength + block;
        // After the last column a thread prefetches zeros.
        int rightSteps = block < rowLength ? steps : 0;

        // Loop invariants: ILGPU does not hoist them.
        int leftStore = LeftPart * WorkGroupBuffer.Depth / 2 * WorkGroupTile<TShape>.LeftStep * Float4.Length + LeftRow, rightStore = WorkGroupTile<TShape>.RightPlace;
        int left = Float32Accumulators.LeftPlace<TShape>(), right = Float32Accumulators.RightPlace<TShape>();

        Float32Accumulators sum = default;
        var prefetched = Prefetch(g, x, first, second, k, located, locatedSecond, packed, weights, rowLength, rightSteps > 0);
        StoreShared(shared, 0, leftStore, rightStore, prefetched);
        Group.Barrier();
        int current = 0;
        for (int step = 1; step <= steps; step++)
        {
            // In the last step nothing is left to prefetch, and zeros are stored that are never read. A branch around it would cost a copy of each register per step.
            int channel = k.Channel + WorkGroupBuffer.Depth;
            k = k.Advance(g, WorkGroupBuffer.Depth);
            if (k.Channel != channel)
            {
                located = default(TLoader).Locate(g, first, k);
                if (HasSecondLeft) locatedSecond = default(TLoader).Locate(g, second, k);
            }

            weights += WorkGroupBuffer.Depth * rowLength;
            prefetched = Prefetch(g, x, first, second, k, located, locatedSecond, packed, weights, rowLength, step < rightSteps);
            sum.MultiplyAdd<TShape>(shared, current, left, right);
            current = WorkGroupTile<TShape>.Buffer - current;
            StoreShared(shared, current, leftStore, rightStore, prefetched);
            Group.Barrier();
        }

        return sum;
    }

    /// <summary>Which half of a buffer's steps of k a thread prefetches.</summary>
    static int LeftPart => Group.IdxX & 1;

    /// <summary>The row of the tile of which a thread prefetches first.</summary>
    static int LeftRow => Group.IdxX / 2;

    /// <summary>Rows from the first to the second.</summary>
    static int LeftGap => WorkGroupTile<TShape>.Threads / 2;

    static bool HasSecondLeft => WorkGroupTile<TShape>.HasSecondLeft && LeftRow + LeftGap < TShape.Rows;

    // Rows after the last pixel repeat it, and are not stored.
    static Im2colRow Row(GemmSizes sizes, GemmTile tile, int row)
    {
        long pixel = tile.Pixel + row;
        return Im2colRow.Of(sizes.Geometry, pixel < sizes.Pixels ? pixel : sizes.Pixels - 1, tile.Group);
    }

    static PrefetchRegisters Prefetch(
        ConvolutionGeometry g, ArrayView<float> x, Im2colRow first, Im2colRow second, Im2colColumn k, long located, long locatedSecond,
        ArrayView<Float4> packed, long weights, int rowLength, bool hasColumn)
    {
        PrefetchRegisters prefetched = default;
        prefetched.Left0 = default(TLoader).Load(g, x, first, k, located);
        if (HasSecondLeft) prefetched.Left1 = default(TLoader).Load(g, x, second, k, locatedSecond);
        if (hasColumn) prefetched.Right0 = packed[weights];
        if (WorkGroupTile<TShape>.HasSecondRight && hasColumn)
            prefetched.Right1 = packed[weights + WorkGroupTile<TShape>.RightGap * rowLength];
        return prefetched;
    }

    static void StoreShared(ArrayView<Float4> shared, int buffer, int left, int right, PrefetchRegisters prefetched)
    {
        left += buffer * Float4.Length;
        StoreTransposed(shared, left, prefetched.Left0);
        if (HasSecondLeft) StoreTransposed(shared, left + LeftGap, prefetched.Left1);
        WorkGroupTile<TShape>.StoreRight(shared, buffer + right, prefetched);
    }

    static void StoreTransposed(ArrayView<Float4> shared, int at, Float4 elements)
    {
        var floats = shared.Cast<float>();
        int step = WorkGroupTile<TShape>.LeftStep * Float4.Length;
        floats[at] = elements.S0;
        floats[at + step] = elements.S1;
        floats[at + 2 * step] = elements.S2;
        floats[at + 3 * step] = elements.S3;
    }
}
