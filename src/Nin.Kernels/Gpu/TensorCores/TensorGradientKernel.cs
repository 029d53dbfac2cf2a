using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// A weight gradient on tensor cores, of which a work-group sums a tile of (tap, channel) by filters over the pixels of a leaf: sixteen pixels at a time, copied two
/// buffers ahead as <see cref="TensorGemmKernel{TShape, TLoader, TProducts}"/> does.
/// </summary>
sealed class TensorGradientKernel<TShape, TLoader, TProducts>(AcceleratorDevice device) : IWorkGroupGradient
    where TShape : struct, IWorkGroupShape
    where TLoader : struct, IIm2colLoader
    where TProducts : struct, ITf32Products
{
    readonly Action<DeviceStream, KernelConfig, WorkGroupGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<WorkGroupGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Kernel, TensorTile<TShape>.Specialization);

    public void Run(DeviceStream stream, in WorkGroupGradientSizes sizes, DeviceView x, DeviceView dy, DeviceView partials) => launch(
        stream, device.Groups(GradientTile.Count<TShape>(sizes), TensorTile<TShape>.Threads), sizes, x.Array, dy.Array, partials.Array);

    static void Kernel(WorkGroupGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> partials)
    {
        var shared = SharedMemory.Allocate<Float4>(TensorTile.Buffers * TensorTile<TShape>.Buffer);
        for (long number = Grid.IdxX; number < GradientTile.Count<TShape>(sizes); number += Grid.DimX)
        {
            SumTile(sizes, GradientTile.At<TShape>(sizes, number), x, dy, shared, partials);
            Group.Barrier();
        }
    }

    static void SumTile(
        WorkGroupGradientSizes sizes, GradientTile tile, ArrayView<float> x, ArrayView<float> dy, ArrayView<Float4> shared, ArrayView<float> partials)
    {
        var g = sizes.Geometry;
        long begin = sizes.Leaves.FirstPixel(tile.Leaf);
        int pixels = (int)(sizes.Leaves.FirstPixel(tile.Leaf + 1) - begin);
        // A thread copies four rows (of a tap, or two) of up to four pixels, and four filters of up to four.
        var k = Im2colColumn.Of(g, tile.Row + LeftColumn * Float4.Length);
        var tap = InputTap.Of(g, k);
        var m0 = Im2colRow.Of(g, begin + LeftPixel, tile.Group);
        Im2colRow m1 = m0.Advance(g, LeftGap), m2 = m1.Advance(g, LeftGap), m3 = m2.Advance(g, LeftGap);
        int filter = tile.Column + RightColumn * Float4.Length, filters = g.ResultChannels - filter;
        long right = (begin + RightPixel) * sizes.RowStride + tile.Group * g.ResultChannels + filter;
        int rightStep = (int)sizes.RowStride;

        var floats = shared.Cast<float>();
        var leftPlaces = StepsOfVectors.Places(TensorTile<TShape>.WarpRow, TensorTile<TShape>.RowVectors);
        var rightPlaces = StepsOfVectors.Places(TensorTile<TShape>.Right * Float4.Length + TensorTile<TShape>.WarpColumn, TensorTile<TShape>.ColumnVectors);
        bool sumsBias = sizes.SumsBias != 0 && tile.Row == 0;
        float bias = 0;
        WarpAccumulators<TProducts> sum = default;
        int copied = 0, multiplied = 0;
        for (int rest = pixels + 2 * TensorTile.Depth, ahead = pixels; rest > 0; rest -= TensorTile.Depth, ahead -= TensorTile.Depth)
        {
            bool multiplies = rest <= pixels;
            if (multiplies)
            {
                AsyncCopy.WaitForAllButOne();
                Group.Barrier();
            }

            if (ahead > 0)
            {
                CopyLeft(0, g, x, m0, k, tap, ahead, shared, copied);
                CopyLeft(1, g, x, m1, k, tap, ahead, shared, copied);
                CopyLeft(2, g, x, m2, k, tap, ahead, shared, copied);
                CopyLeft(3, g, x, m3, k, tap, ahead, shared, copied);
                CopyRight(0, sizes, dy, right, rightStep, filters, ahead, shared, copied);
                CopyRight(1, sizes, dy, right, rightStep, filters, ahead, shared, copied);
                CopyRight(2, sizes, dy, right, rightStep, filters, ahead, shared, copied);
                CopyRight(3, sizes, dy, right, rightStep, filters, ahead, shared, copied);
                m0 = m0.Advance(g, TensorTile.Depth);
                m1 = m1.Advance(g, TensorTile.Depth);
                m2 = m2.Advance(g, TensorTile.Depth);
                m3 = m3.Advance(g, TensorTile.Depth);
                right += TensorTile.Depth * rightStep;
                copied = TensorTile<TShape>.After(copied);
            }

            AsyncCopy.Commit();
            if (!multiplies) continue;
            sum.MultiplyAdd<TShape, StepsOfVectors>(floats, multiplied * Float4.Length, leftPlaces, rightPlaces);
            if (sumsBias) bias = AddColumn(bias, floats, multiplied * Float4.Length);
            multiplied = TensorTile<TShape>.After(multiplied);
        }

        sum.Store<TShape>(tile.Output(sizes), partials, partials);
        if (sumsBias) tile.StoreBias<TShape>(sizes, bias, partials);
    }

    static int LeftPixel => WorkGroupBuffer.Divide(Group.IdxX, TensorTile<TShape>.RowVectors);

    static int LeftColumn => Group.IdxX - LeftPixel * TensorTile<TShape>.RowVectors;

    /// <summary>Pixels from one that a thread copies four rows of to the next.</summary>
    static int LeftGap => TensorTile<TShape>.Threads / TensorTile<TShape>.RowVectors;

    static int RightPixel => WorkGroupBuffer.Divide(Group.IdxX, TensorTile<TShape>.ColumnVectors);

    static int RightColumn => Group.IdxX - RightPixel * TensorTile<TShape>.ColumnVectors;

    static int RightGap => TensorTile<TShape>.Threads / TensorTile<TShape>.ColumnVectors;

    // Pixels after the leaf's last count as zeros.
    static void CopyLeft(int part, ConvolutionGeometry g, ArrayView<float> x, Im2colRow m, Im2colColumn k, InputTap tap, int pixels, ArrayView<Float4> shared, int buffer)
    {
        int pixel = LeftPixel + part * LeftGap;
        if (part * LeftGap >= TensorTile.Depth || pixel >= TensorTile.Depth) return;
        int place = buffer + StepsOfVectors.Place(pixel, LeftColumn, TensorTile<TShape>.RowVectors);
        default(TLoader).Copy(g, x, m, k, pixel < pixels ? default(TLoader).Locate(g, m, tap) : -1, shared, place);
    }

    static void CopyRight(
        int part, WorkGroupGradientSizes sizes, ArrayView<float> dy, long right, int rightStep, int filters, int pixels, ArrayView<Float4> shared, int buffer)
    {
        int pixel = RightPixel + part * RightGap;
        if (part * RightGap >= TensorTile.Depth) return;
        int place = buffer + TensorTile<TShape>.Right + StepsOfVectors.Place(pixel, RightColumn, TensorTile<TShape>.ColumnVectors);
        long index = right + part * RightGap * rightStep;
        if (pixel >= pixels) filters = 0;
        if (sizes.ReadsFloat4 != 0)
        {
            AsyncCopy.Begin(ref shared[place], ref dy.Cast<Float4>()[filters > 0 ? Float4.Index(index) : 0], filters > 0 ? 16 : 0);
            return;
        }

        var floats = shared.Cast<float>();
        place *= Float4.Length;
        AsyncCopy.Begin(ref floats[place], ref dy[filters > 0 ? index : 0], filters > 0 ? 4 : 0);
        AsyncCopy.Begin(ref floats[place + 1], ref dy[filters > 1 ? index + 1 : 0], filters > 1 ? 4 : 0);
        AsyncCopy.Begin(ref floats[place + 2], ref dy[filters > 2 ? index + 2 : 0], filters > 2 ? 4 : 0);
        AsyncCopy.Begin(ref floats[place + 3], ref dy[filters > 3 ? index + 3 : 0], filters > 3 ? 4 : 0);
    }

    // The output's gradient is in shared memory already: a thread adds up one filter of it. Each of four neighbouring pixels is swizzled differently.
    static float AddColumn(float sum, ArrayView<float> floats, int buffer)
    {
        int column = Group.IdxX - WorkGroupBuffer.Divide(Group.IdxX, TShape.Columns) * TShape.Columns, at = buffer + TensorTile<TShape>.Right * Float4.Length + (column & 3);
        ref float p0 = ref floats[at + Place(0, column)], p1 = ref floats[at + Place(1, column)];
        ref float p2 = ref floats[at + Place(2, column)], p3 = ref floats[at + Place(3, column)];
        sum = AddFour(sum, ref p0, ref p1, ref p2, ref p3, 0);
        sum = AddFour(sum, ref p0, ref p1, ref p2, ref p3, 4 * TShape.Columns);
        sum = AddFour(sum, ref p0, ref p1, ref p2, ref p3, 8 * TShape.Columns);
        return AddFour(sum, ref p0, ref p1, ref p2, ref p3, 12 * TShape.Columns);
    }

    static int Place(int pixel, int column) => StepsOfVectors.Place(pixel, column / Float4.Length, TensorTile<TShape>.ColumnVectors) * Float4.Length;

    static float AddFour(float sum, ref float p0, ref float p1, ref float p2, ref float p3, int offset)
    {
        sum += OffsetLoad.Of(ref p0, offset);
        sum += OffsetLoad.Of(ref p1, offset);
        sum += OffsetLoad.Of(ref p2, offset);
        return sum + OffsetLoad.Of(ref p3, offset);
    }
}
