using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// A group takes a tile of pixels through both layers backwards: <c>g = dy</c> where the last ReLU was open, <c>dh = g w2ᵀ</c> where the
/// hidden one was, <c>dx = dh w1ᵀ</c>. Both stay in shared memory; <c>dh</c> is also written over <c>h</c>, for the first layer's weights.
/// </summary>
sealed class PointwiseMlpBackwardData(AcceleratorDevice device)
{
    readonly WeightPanels panels = new(device);

    readonly Action<
        DeviceStream, KernelConfig, PointwiseMlpTile, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<Float8>, ArrayView<Float8>,
        ArrayView<float>> launch =
        device.Load<
            PointwiseMlpTile, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<Float8>, ArrayView<Float8>,
            ArrayView<float>>(Kernel);

    /// <summary>Elements of scratch that <see cref="Run"/> needs.</summary>
    public static long ScratchLength(in PointwiseMlpSizes sizes, in PointwiseMlpWeights weights) =>
        WeightPanels.ScratchLength(PanelLayout.Backward(sizes.First.AsConv2d), weights.First)
        + WeightPanels.ScratchLength(PanelLayout.Backward(sizes.Second.AsConv2d), weights.Second);

    /// <summary>See <see cref="IPointwiseMlpBackward.Run"/>; the gradient of the hidden layer is written over <paramref name="h"/>.</summary>
    public void Run(
        DeviceStream stream, DeviceView scratch, in PointwiseMlpSizes sizes, int n, DeviceView h, DeviceView y, bool lastRelu,
        in PointwiseMlpWeights weights, DeviceView dy, DeviceView dx, bool accumulate)
    {
        int floats = sizes.Hidden + sizes.Filters;
        var tile = PointwiseMlpTile.Of(sizes, n, floats) with
        {
            LastRelu = lastRelu ? 1 : 0,
            HasData = dx.IsNone ? 0 : 1,
            Accumulate = accumulate ? 1 : 0,
        };
        PanelLayout first = PanelLayout.Backward(sizes.First.AsConv2d), second = PanelLayout.Backward(sizes.Second.AsConv2d);
        long firstLength = WeightPanels.ScratchLength(first, weights.First);
        var w1 = panels.Of(stream, typeof(PointwiseMlpBackwardData), first, weights.First, scratch);
        var w2 = panels.Of(
            stream, typeof(PointwiseMlpBackwardData), second, weights.Second,
            scratch.IsNone ? scratch : scratch.Slice(firstLength, scratch.Length - firstLength));
        launch(
            stream, device.Tiles(tile.Tiles), tile, h.Array, (lastRelu ? y : dy).Array, dy.Array, w1.Array.Cast<Float8>(),
            w2.Array.Cast<Float8>(), (dx.IsNone ? dy : dx).Array);
    }

    static void Kernel(
        PointwiseMlpTile tile, ArrayView<float> h, ArrayView<float> y, ArrayView<float> dy, ArrayView<Float8> w1, ArrayView<Float8> w2,
        ArrayView<float> dx)
    {
        // [tile.Pixels, filters] and behind it [tile.Pixels, hidden]
        var shared = SharedMemory.Allocate<float>(PointwiseMlpTile.SharedFloats);
        var gradient = shared.SubView(0, tile.Pixels * tile.Filters);
        var hidden = shared.SubView(tile.Pixels * tile.Filters, tile.Pixels * tile.Hidden);
        for (long index = Grid.IdxX; index < tile.Tiles; index += Grid.DimX)
        {
            long pixel = index * tile.Pixels;
            int count = tile.Count(pixel);
            int quads = (count + Tile4x8.Rows - 1) / Tile4x8.Rows;
            for (int item = Group.IdxX; item < count * tile.Filters; item += Group.DimX)
            {
                float value = dy[pixel * tile.Filters + item];
                if (tile.LastRelu != 0) value = y[pixel * tile.Filters + item] > 0 ? value : 0f;
                gradient[item] = value;
            }

            Group.Barrier();
            for (int item = Group.IdxX; item < quads * Float8.Tiles(tile.Hidden); item += Group.DimX)
            {
                int row = item % quads * Tile4x8.Rows, column = item / quads * Float8.Length;
                var sum = Tile4x8.Product(gradient, row, count - row, tile.Filters, w2, column);
                int rows = count - row, columns = tile.Hidden - column;
                long at = (pixel + row) * tile.Hidden + column;
                sum = sum.MaskByPositive(h, at, tile.Hidden, rows, columns);
                sum.Store(h, at, tile.Hidden, rows, columns);
                sum.Store(hidden, row * tile.Hidden + column, tile.Hidden, rows, columns);
            }

            Group.Barrier();
            for (int item = Group.IdxX; tile.HasData != 0 && item < quads * Float8.Tiles(tile.Channels); item += Group.DimX)
            {
                int row = item % quads * Tile4x8.Rows, column = item / quads * Float8.Length;
                var sum = Tile4x8.Product(hidden, row, count - row, tile.Hidden, w1, column);
                long at = (pixel + row) * tile.Channels + column;
                if (tile.Accumulate != 0) sum.AddTo(dx, at, tile.Channels, count - row, tile.Channels - column);
                else sum.Store(dx, at, tile.Channels, count - row, tile.Channels - column);
            }

            Group.Barrier();
        }
    }
}
