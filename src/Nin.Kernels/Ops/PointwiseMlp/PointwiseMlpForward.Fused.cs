using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// A group computes a tile of pixels: first all their hidden activations, into shared memory, then from these the output. Two launches
/// would write and read the hidden activations of the whole batch, which inference does not keep at all.
/// </summary>
sealed class PointwiseMlpForwardFused(AcceleratorDevice device) : IPointwiseMlpForward
{
    readonly WeightPanels panels = new(device);

    readonly Action<
        DeviceStream, KernelConfig, PointwiseMlpTile, ArrayView<float>, ArrayView<Float8>, ArrayView<float>, ArrayView<Float8>, ArrayView<float>,
        ArrayView<float>, ArrayView<float>> launch =
        device.Load<
            PointwiseMlpTile, ArrayView<float>, ArrayView<Float8>, ArrayView<float>, ArrayView<Float8>, ArrayView<float>,
            ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, in PointwiseMlpWeights weights, bool lastRelu, DeviceView h,
        DeviceView y)
    {
        var tile = PointwiseMlpTile.Of(sizes, n, sizes.Hidden) with
        {
            HasFirstBias = weights.FirstBias.IsNone ? 0 : 1,
            HasSecondBias = weights.SecondBias.IsNone ? 0 : 1,
            LastRelu = lastRelu ? 1 : 0,
            KeepsHidden = h.IsNone ? 0 : 1,
        };
        PanelLayout first = PanelLayout.Forward(sizes.First.AsConv2d), second = PanelLayout.Forward(sizes.Second.AsConv2d);
        long firstLength = WeightPanels.ScratchLength(first, weights.First);
        var scratch = stream.Scratch(firstLength + WeightPanels.ScratchLength(second, weights.Second));
        var w1 = panels.Of(stream, typeof(PointwiseMlpForwardFused), first, weights.First, scratch);
        var w2 = panels.Of(
            stream, typeof(PointwiseMlpForwardFused), second, weights.Second,
            scratch.IsNone ? scratch : scratch.Slice(firstLength, scratch.Length - firstLength));
        launch(
            stream, device.Tiles(tile.Tiles), tile, x.Array, w1.Array.Cast<Float8>(),
            (weights.FirstBias.IsNone ? x : weights.FirstBias).Array, w2.Array.Cast<Float8>(),
            (weights.SecondBias.IsNone ? x : weights.SecondBias).Array, (h.IsNone ? y : h).Array, y.Array);
    }

    static void Kernel(
        PointwiseMlpTile tile, ArrayView<float> x, ArrayView<Float8> w1, ArrayView<float> b1, ArrayView<Float8> w2, ArrayView<float> b2,
        ArrayView<float> h, ArrayView<float> y)
    {
        // [tile.Pixels, hidden]
        var hidden = SharedMemory.Allocate<float>(PointwiseMlpTile.SharedFloats);
        for (long index = Grid.IdxX; index < tile.Tiles; index += Grid.DimX)
        {
            long pixel = index * tile.Pixels;
            int count = tile.Count(pixel);
            int tiles = (count + ThreadTile.Rows - 1) / ThreadTile.Rows;
            for (int item = Group.IdxX; item < tiles * Float8.Tiles(tile.Hidden); item += Group.DimX)
            {
                int row = item % tiles * ThreadTile.Rows, column = item / tiles * Float8.Length;
                var sum = ThreadTile.Product(x, pixel + row, count - row, tile.Channels, w1, column);
                var shift = tile.HasFirstBias != 0 ? Float8.Load(b1, column, tile.Hidden - column) : default;
                sum = ThreadTile.Finish(sum, shift, relu: true);
                sum.Store(hidden, row * tile.Hidden + column, tile.Hidden, count - row, tile.Hidden - column);
                if (tile.KeepsHidden != 0)
                    sum.Store(h, (pixel + row) * tile.Hidden + column, tile.Hidden, count - row, tile.Hidden - column);
            }

            Group.Barrier();
            for (int item = Group.IdxX; item < tiles * Float8.Tiles(tile.Filters); item += Group.DimX)
            {
                int row = item % tiles * ThreadTile.Rows, column = item / tiles * Float8.Length;
                var sum = ThreadTile.Product(hidden, row, count - row, tile.Hidden, w2, column);
                var shift = tile.HasSecondBias != 0 ? Float8.Load(b2, column, tile.Filters - column) : default;
                sum = ThreadTile.Finish(sum, shift, tile.LastRelu != 0);
                sum.Store(y, (pixel + row) * tile.Filters + column, tile.Filters, count - row, tile.Filters - column);
            }

            Group.Barrier();
        }
    }
}
