using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// An implicit GEMM on tensor cores, of which a work-group computes a tile of pixels by columns. A pipeline of three stages: sixteen elements of k at a time are copied to shared memory
/// asynchronously, two buffers ahead of the one that is multiplied, so that memory has the time of two buffers to answer.
/// </summary>
sealed class TensorGemmKernel<TShape, TLoader, TProducts>(AcceleratorDevice device) : IWorkGroupGemm
    where TShape : struct, IWorkGroupShape
    where TLoader : struct, IIm2colLoader
    where TProducts : struct, ITf32Products
{
    readonly Action<DeviceStream, KernelConfig, GemmSizes, ArrayView<float>, ArrayView<Float4>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<GemmSizes, ArrayView<float>, ArrayView<Float4>, ArrayView<float>, ArrayView<float>>(Kernel, TensorTile<TShape>.Specialization);

    public void Run(DeviceStream stream, in GemmSizes sizes, DeviceView x, DeviceView packed, DeviceView bias, DeviceView y) => launch(
        stream, device.Groups(GemmTile.Count<TShape>(sizes), TensorTile<TShape>.Threads), sizes, x.Array, packed.Array.Cast<Float4>(), bias.Array, y.Array);

    static void Kernel(GemmSizes sizes, ArrayView<float> x, ArrayView<Float4> packed, ArrayView<float> bias, ArrayView<float> y)
    {
        var shared = SharedMemory.Allocate<Float4>(TensorTile.Buffers * TensorTile<TShape>.Buffer);
        for (long number = Grid.IdxX; number < GemmTile.Count<TShape>(sizes); number += Grid.DimX)
        {
            var tile = GemmTile.At<TShape>(sizes, number);
            var sum = Sum(sizes, tile, x, packed, shared);
            sum.Store<TShape>(tile.Output(sizes), bias, y);
            Group.Barrier();
        }
    }

    static WarpAccumulators<TProducts> Sum(GemmSizes sizes, GemmTile tile, ArrayView<float> x, ArrayView<Float4> packed, ArrayView<Float4> shared)
    {
        // Of the left operand a thread copies four elements of k of up to four pixels.
        var g = sizes.Geometry;
        var k = Im2colColumn.Of(g, LeftChunk * Float4.Length);
        Im2colRow m0 = Row(sizes, tile, 0), m1 = Row(sizes, tile, 1), m2 = Row(sizes, tile, 2), m3 = Row(sizes, tile, 3);
        long l0 = Locate(g, m0, k), l1 = Locate(g, m1, k), l2 = Locate(g, m2, k), l3 = Locate(g, m3, k);
        int left = RowsOfSteps.Place(LeftRow, LeftChunk);

        // packed: [group][packedRows][rowLength] float4s
        int rowLength = Float4.Blocks(g.ResultChannels), packedRows = PackedLayout.RowsForWorkGroups(g.Depth);
        int block = tile.Column / Float4.Length + RightColumn, weightRow = RightRow;
        long weights = ((long)tile.Group * packedRows + weightRow) * rowLength + block;
        int rightEnd = block < rowLength ? packedRows : 0;
        int right = TensorTile<TShape>.Right + StepsOfVectors.Place(RightRow, RightColumn, TensorTile<TShape>.ColumnVectors);

        var floats = shared.Cast<float>();
        var leftPlaces = RowsOfSteps.Places(TensorTile<TShape>.WarpRow, TensorTile<TShape>.RowVectors);
        var rightPlaces = StepsOfVectors.Places(TensorTile<TShape>.Right * Float4.Length + TensorTile<TShape>.WarpColumn, TensorTile<TShape>.ColumnVectors);
        WarpAccumulators<TProducts> sum = default;
        int steps = (g.Depth + TensorTile.Depth - 1) / TensorTile.Depth, copied = 0, multiplied = 0;
        for (int step = -2; step < steps; step++)
        {
            if (step >= 0)
            {
                AsyncCopy.WaitForAllButOne();
                Group.Barrier();
            }

            if (step + 2 < steps)
            {
                if (step > -2)
                {
                    int channel = k.Channel + TensorTile.Depth;
                    k = k.Advance(g, TensorTile.Depth);
                    if (k.Channel != channel)
                    {
                        l0 = Locate(g, m0, k);
                        l1 = Locate(g, m1, k);
                        l2 = Locate(g, m2, k);
                        l3 = Locate(g, m3, k);
                    }

                    weights += TensorTile.Depth * rowLength;
                    weightRow += TensorTile.Depth;
                }

                CopyLeft(0, g, x, m0, k, l0, shared, copied + left);
                CopyLeft(1, g, x, m1, k, l1, shared, copied + left);
                CopyLeft(2, g, x, m2, k, l2, shared, copied + left);
                CopyLeft(3, g, x, m3, k, l3, shared, copied + left);
                CopyRight(0, packed, weights, rowLength, rightEnd - weightRow, shared, copied + right);
                CopyRight(1, packed, weights, rowLength, rightEnd - weightRow, shared, copied + right);
                CopyRight(2, packed, weights, rowLength, rightEnd - weightRow, shared, copied + right);
                CopyRight(3, packed, weights, rowLength, rightEnd - weightRow, shared, copied + right);
                copied = TensorTile<TShape>.After(copied);
            }

            AsyncCopy.Commit();
            if (step < 0) continue;
            sum.MultiplyAdd<TShape, RowsOfSteps>(floats, multiplied * Float4.Length, leftPlaces, rightPlaces);
            multiplied = TensorTile<TShape>.After(multiplied);
        }

        return sum;
    }

    /// <summary>The first row of the tile of which a thread copies four elements, and which four of the sixteen.</summary>
    static int LeftRow => Group.IdxX / 4;

    static int LeftChunk => Group.IdxX & 3;

    /// <summary>Rows from one that a thread copies to the next.</summary>
    static int LeftGap => TensorTile<TShape>.Threads / 4;

    static int RightRow => WorkGroupBuffer.Divide(Group.IdxX, TensorTile<TShape>.ColumnVectors);

    static int RightColumn => Group.IdxX - RightRow * TensorTile<TShape>.ColumnVectors;

    static int RightGap => TensorTile<TShape>.Threads / TensorTile<TShape>.ColumnVectors;

    static bool HasLeft(int part) => part * LeftGap < TShape.Rows && LeftRow + part * LeftGap < TShape.Rows;

    // Rows after the last pixel repeat it, and are not stored.
    static Im2colRow Row(GemmSizes sizes, GemmTile tile, int part)
    {
        Im2colRow row = default;
        long pixel = tile.Pixel + LeftRow + part * LeftGap;
        if (HasLeft(part)) row = Im2colRow.Of(sizes.Geometry, pixel < sizes.Pixels ? pixel : sizes.Pixels - 1, tile.Group);
        return row;
    }

    static long Locate(ConvolutionGeometry g, Im2colRow m, Im2colColumn k) => default(TLoader).Locate(g, m, k);

    // The rows that a thread copies are a multiple of eight apart, so that the float4s of all of them are swizzled alike.
    static void CopyLeft(int part, ConvolutionGeometry g, ArrayView<float> x, Im2colRow m, Im2colColumn k, long location, ArrayView<Float4> shared, int place)
    {
        if (HasLeft(part)) default(TLoader).Copy(g, x, m, k, location, shared, place + part * RowsOfSteps.Place(LeftGap, 0));
    }

    static void CopyRight(int part, ArrayView<Float4> packed, long weights, int rowLength, int rows, ArrayView<Float4> shared, int place)
    {
        if (part * RightGap >= TensorTile.Depth) return;
        bool exists = part * RightGap < rows;
        AsyncCopy.Begin(
            ref shared[place + part * RightGap * TensorTile<TShape>.ColumnVectors], ref packed[exists ? weights + part * RightGap * rowLength : 0], exists ? 16 : 0);
    }
}
