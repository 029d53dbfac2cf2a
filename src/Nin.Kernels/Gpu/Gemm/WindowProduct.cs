using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// <c>y[pixel, column] = act(sum over taps and depth of x[source(pixel, tap), depth] w[tap, depth, column] + bias[column])</c>: convolution, its
/// transpose, and products of pixels. Each element is one sum in the order of taps and depth.
/// </summary>
interface IWindowProduct
{
    /// <summary>Elements of scratch that <see cref="Run"/> needs for weights in its own order.</summary>
    long ScratchLength(in PanelLayout layout, in Weights w);

    /// <param name="stream">Where it queues.</param>
    /// <param name="variant">The op that asks: weights in the product's order are kept under its name.</param>
    /// <param name="map">Sizes, and which pixels belong together.</param>
    /// <param name="layout">Where the weights' elements lie.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, source pixels, groups * depth]</c>.</param>
    /// <param name="w">Weights.</param>
    /// <param name="scratch">As long as <see cref="ScratchLength"/> says.</param>
    /// <param name="bias"><c>[groups * columns]</c>, or none.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y"><c>[n, pixels, groups * columns]</c>.</param>
    /// <param name="mode">What becomes of what stands in <paramref name="y"/>.</param>
    void Run(
        DeviceStream stream, Type variant, in WindowMap map, in PanelLayout layout, int n, DeviceView x, in Weights w, DeviceView scratch, DeviceView bias,
        bool relu, DeviceView y, StoreMode mode);
}

/// <summary>What happens to the sums of a product: flags as integers, because a kernel's parameters hold no bool.</summary>
/// <param name="Pixels">Pixels of the whole batch.</param>
/// <param name="HasBias">1 where a bias is added.</param>
/// <param name="Relu">1 where negative results become zero.</param>
/// <param name="Mode">What becomes of what stands in the result's place.</param>
readonly record struct Epilogue(long Pixels, int HasBias, int Relu, StoreMode Mode);

/// <summary>What a result does to what stands in its place.</summary>
enum StoreMode
{
    /// <summary>Overwrites it.</summary>
    Overwrite,

    /// <summary>Is added to it.</summary>
    Add,

    /// <summary>Overwrites it where it is positive, and clears it elsewhere: the gradient in front of a ReLU, written over its output.</summary>
    WherePositive,
}

/// <summary>
/// The window product for devices whose groups do not cooperate cheaply: a thread computes eight pixels by eight columns in registers, from
/// panels, and knows no barrier. Neighbouring threads share a panel, and all panels are done with a block of pixels before the next block
/// begins: its sources stay in the cache.
/// </summary>
sealed class WindowProduct(AcceleratorDevice device) : IWindowProduct
{
    /// <summary>Threads with the same panel side by side.</summary>
    const int BlockTiles = 32;

    readonly Action<DeviceStream, KernelConfig, WindowMap, Epilogue, ArrayView<float>, ArrayView<Float8>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<
            WindowMap, Epilogue, ArrayView<float>, ArrayView<Float8>, ArrayView<float>, ArrayView<float>>(ProductKernel);

    readonly WeightPanels weights = new(device);

    public long ScratchLength(in PanelLayout layout, in Weights w) => WeightPanels.ScratchLength(layout, w);

    public void Run(
        DeviceStream stream, Type variant, in WindowMap map, in PanelLayout layout, int n, DeviceView x, in Weights w, DeviceView scratch, DeviceView bias,
        bool relu, DeviceView y, StoreMode mode)
    {
        var panels = weights.Of(stream, variant, layout, w, scratch);
        long pixels = (long)n * map.Height * map.Width;
        var epilogue = new Epilogue(pixels, bias.IsNone ? 0 : 1, relu ? 1 : 0, mode);
        // Some backends refuse an empty view: without a bias any other view stands in, unread.
        var biasOrAny = bias.IsNone ? panels : bias;
        launch(
            stream, device.Over(Blocks(pixels) * BlockTiles * map.Groups * Float8.Tiles(map.Columns)), map, epilogue, x.Array,
            panels.Array.Cast<Float8>(), biasOrAny.Array, y.Array);
    }

    static void ProductKernel(
        WindowMap map, Epilogue epilogue, ArrayView<float> x, ArrayView<Float8> panels, ArrayView<float> bias, ArrayView<float> y)
    {
        int tiles = Float8.Tiles(map.Columns);
        long panelLength = (long)map.Kernel * map.Kernel * map.Depth;
        int panelCount = map.Groups * tiles;
        for (long i = PortableThread.Index; i < Blocks(epilogue.Pixels) * BlockTiles * panelCount; i += PortableThread.Stride)
        {
            long row = i / BlockTiles;
            long block = row / panelCount;
            int panel = (int)(row - block * panelCount);
            long pixel = (block * BlockTiles + (i - row * BlockTiles)) * ThreadTile.Rows;
            if (pixel >= epilogue.Pixels) continue;
            int group = panel / tiles;
            int column = (panel - group * tiles) * Float8.Length;
            var sum = Sum(map, x, panels, epilogue.Pixels, pixel, group, panel * panelLength);

            int columns = map.Columns - column;
            int channel = group * map.Columns + column;
            Float8 shift = default;
            if (epilogue.HasBias != 0) shift = Float8.Load(bias, channel, columns);
            sum = ThreadTile.Finish(sum, shift, epilogue.Relu != 0);
            long stride = (long)map.Groups * map.Columns;
            long rows = epilogue.Pixels - pixel;
            long at = pixel * stride + channel;
            if (epilogue.Mode == StoreMode.WherePositive) sum = sum.MaskByPositive(y, at, stride, rows, columns);
            if (epilogue.Mode == StoreMode.Add) sum.AddTo(y, at, stride, rows, columns);
            else sum.Store(y, at, stride, rows, columns);
        }
    }

    static long Blocks(long pixels) => (pixels + BlockTiles * ThreadTile.Rows - 1) / (BlockTiles * ThreadTile.Rows);

    static ThreadTile Sum(WindowMap map, ArrayView<float> x, ArrayView<Float8> panels, long pixels, long pixel, int group, long panel)
    {
        ThreadTile sum = default;
        var places = TilePlaces.Of(map, pixel, pixels);
        for (int ky = 0; ky < map.Kernel; ky++)
        {
            if (map.HasRuns != 0)
            {
                // A window's row lies in memory as it is multiplied: one loop where it is inside, whatever the channels.
                RowOffsets first = places.Source(map, ky, 0, group), last = places.Source(map, ky, map.Kernel - 1, group);
                if (first.AreAllInside && last.AreAllInside)
                {
                    sum = ThreadTile.Accumulate(sum, x, first, panels, panel, map.Kernel * map.Depth);
                    panel += map.Kernel * map.Depth;
                    continue;
                }
            }

            for (int kx = 0; kx < map.Kernel; kx++)
            {
                var source = places.Source(map, ky, kx, group);
                if (!source.AreAllOutside)
                {
                    if (source.AreAllInside) sum = ThreadTile.Accumulate(sum, x, source, panels, panel, map.Depth);
                    else sum = ThreadTile.AccumulateInside(sum, x, source, panels, panel, map.Depth);
                }

                panel += map.Depth;
            }
        }

        return sum;
    }
}
