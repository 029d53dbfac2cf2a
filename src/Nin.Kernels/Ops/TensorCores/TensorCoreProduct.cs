using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// <c>y = x w</c> on tensor cores, a warp a tile of 16 pixels by 8 columns. Accurate to float32 it takes three products, of the operands'
/// TF32 parts and of what these leave out: <c>x w = xh wh + xl wh + xh wl</c>, where the product of both rests is below a rounding (Ootomo and
/// Yokota, "Recovering single precision accuracy from Tensor Cores", 2022). No device runs it yet: the table of variants does not name it.
/// </summary>
sealed class TensorCoreProduct(AcceleratorDevice device)
{
    readonly Action<DeviceStream, KernelConfig, TensorCoreSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<TensorCoreSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>>(ProductKernel);

    /// <param name="stream">Where it queues.</param>
    /// <param name="sizes">Sizes.</param>
    /// <param name="x"><c>[pixels, depth]</c>.</param>
    /// <param name="w"><c>[depth, columns]</c>.</param>
    /// <param name="y"><c>[pixels, columns]</c>, overwritten.</param>
    public void Run(DeviceStream stream, in TensorCoreSizes sizes, DeviceView x, DeviceView w, DeviceView y)
    {
        int groups = (int)Math.Min(sizes.Tiles, int.MaxValue);
        launch(stream, new KernelConfig(groups, TensorCore.Lanes), sizes, x.Array, w.Array, y.Array);
    }

    static void ProductKernel(TensorCoreSizes sizes, ArrayView<float> x, ArrayView<float> w, ArrayView<float> y)
    {
        int lane = Group.IdxX, group = lane / 4, pair = lane % 4;
        for (long tile = Grid.IdxX; tile < sizes.Tiles; tile += Grid.DimX)
        {
            long row = tile / sizes.ColumnTiles * TensorCore.Rows + group;
            int column = (int)(tile % sizes.ColumnTiles) * TensorCore.Columns;
            Fragment4 sum = default;
            for (int k = pair; k < sizes.PaddedDepth; k += TensorCore.Depth)
            {
                sum = Step(
                    sum, sizes.ThreeProducts, At(x, row, k, sizes.Pixels, sizes.Depth), At(x, row + 8, k, sizes.Pixels, sizes.Depth),
                    At(x, row, k + 4, sizes.Pixels, sizes.Depth), At(x, row + 8, k + 4, sizes.Pixels, sizes.Depth),
                    At(w, k, column + group, sizes.Depth, sizes.Columns), At(w, k + 4, column + group, sizes.Depth, sizes.Columns));
            }

            Put(y, row, column + 2 * pair, sizes, sum.S0);
            Put(y, row, column + 2 * pair + 1, sizes, sum.S1);
            Put(y, row + 8, column + 2 * pair, sizes, sum.S2);
            Put(y, row + 8, column + 2 * pair + 1, sizes, sum.S3);
        }
    }

    static Fragment4 Step(Fragment4 sum, int threeProducts, float a0, float a1, float a2, float a3, float b0, float b1)
    {
        float h0 = TensorCore.Round(a0), h1 = TensorCore.Round(a1), h2 = TensorCore.Round(a2), h3 = TensorCore.Round(a3);
        float g0 = TensorCore.Round(b0), g1 = TensorCore.Round(b1);
        if (threeProducts != 0)
        {
            // Small terms first.
            sum = TensorCore.MultiplyAdd(
                sum, TensorCore.Round(a0 - h0), TensorCore.Round(a1 - h1), TensorCore.Round(a2 - h2), TensorCore.Round(a3 - h3), g0, g1);
            sum = TensorCore.MultiplyAdd(sum, h0, h1, h2, h3, TensorCore.Round(b0 - g0), TensorCore.Round(b1 - g1));
        }

        return TensorCore.MultiplyAdd(sum, h0, h1, h2, h3, g0, g1);
    }

    static float At(ArrayView<float> matrix, long row, long column, long rows, long columns) =>
        row < rows && column < columns ? matrix[row * columns + column] : 0f;

    static void Put(ArrayView<float> y, long row, int column, TensorCoreSizes sizes, float value)
    {
        if (row < sizes.Pixels && column < sizes.Columns) y[row * sizes.Columns + column] = value;
    }
}
