using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// The implicit GEMM for devices whose work-groups do not cooperate cheaply: a thread computes eight pixels by eight columns in registers, from
/// packed panels, without barriers. Neighbouring threads share a panel, and all panels are done with a block of pixels before the next block
/// begins: its sources stay in the cache.
/// </summary>
sealed class ThreadImplicitGemm(AcceleratorDevice device) : IImplicitGemm
{
    /// <summary>Threads with the same panel side by side.</summary>
    const int BlockTiles = 32;

    readonly Action<DeviceStream, KernelConfig, GemmSizes, ArrayView<float>, ArrayView<Float8>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<GemmSizes, ArrayView<float>, ArrayView<Float8>, ArrayView<float>, ArrayView<float>>(GemmKernel);

    readonly WeightPacker packer = new(device);

    public long ScratchLength(in GemmProblem problem, in Weights w) => WeightPacker.ScratchLength(PackedLayout.ForThreads(problem), w);

    public void Run(
        DeviceStream stream, Type variant, in GemmProblem problem, int n, DeviceView x, in Weights w, DeviceView scratch, DeviceView bias, bool relu,
        DeviceView y, StoreMode mode)
    {
        var panels = packer.Pack(stream, variant, PackedLayout.ForThreads(problem), w, scratch);
        var sizes = GemmSizes.Of(problem, n, bias, relu, y, mode);
        // Some backends refuse an empty view: without a bias any other view is passed, and not read.
        var biasOrAny = bias.IsNone ? panels : bias;
        launch(
            stream, device.Over(Blocks(sizes.Pixels) * BlockTiles * sizes.Geometry.Groups * Float8.Tiles(sizes.Geometry.ResultChannels)), sizes,
            x.Array, panels.Array.Cast<Float8>(), biasOrAny.Array, y.Array);
    }

    static void GemmKernel(GemmSizes sizes, ArrayView<float> x, ArrayView<Float8> panels, ArrayView<float> bias, ArrayView<float> y)
    {
        var g = sizes.Geometry;
        var epilogue = sizes.Epilogue;
        int tiles = Float8.Tiles(g.ResultChannels);
        int panelCount = g.Groups * tiles;
        for (long i = PortableThread.Index; i < Blocks(sizes.Pixels) * BlockTiles * panelCount; i += PortableThread.Stride)
        {
            long row = i / BlockTiles;
            long block = row / panelCount;
            int panel = (int)(row - block * panelCount);
            long pixel = (block * BlockTiles + (i - row * BlockTiles)) * ThreadTile.Rows;
            if (pixel >= sizes.Pixels) continue;
            int group = panel / tiles;
            int column = (panel - group * tiles) * Float8.Length;
            var sum = Sum(g, x, panels, sizes.Pixels, pixel, group, (long)panel * g.Depth);

            int columns = g.ResultChannels - column;
            int channel = group * g.ResultChannels + column;
            Float8 shift = default;
            if (epilogue.HasBias != 0) shift = Float8.Load(bias, channel, columns);
            sum = ThreadTile.Finish(sum, shift, epilogue.Relu != 0);
            long stride = (long)g.Groups * g.ResultChannels;
            long rows = sizes.Pixels - pixel;
            long at = pixel * stride + channel;
            if (epilogue.Mode == StoreMode.WherePositive) sum = sum.MaskByPositive(y, at, stride, rows, columns);
            if (epilogue.Mode == StoreMode.Add) sum.AddTo(y, at, stride, rows, columns);
            else sum.Store(y, at, stride, rows, columns);
        }
    }

    static long Blocks(long pixels) => (pixels + BlockTiles * ThreadTile.Rows - 1) / (BlockTiles * ThreadTile.Rows);

    static ThreadTile Sum(ConvolutionGeometry g, ArrayView<float> x, ArrayView<Float8> panels, long pixels, long pixel, int group, long panel)
    {
        ThreadTile sum = default;
        var rows = Im2colTile.Of(g, pixel, pixels, group);
        int taps = g.Columns.Taps, depth = g.SourceChannels;
        for (int ky = 0; ky < g.Rows.Taps; ky++)
        {
            if (g.Columns.TapStep == 1 && g.Columns.Divisor == 1 && g.Groups == 1)
            {
                // A window's row is contiguous in memory: one loop where it is inside the image, whatever the channels.
                RowOffsets first = rows.Tap(g, ky, 0), last = rows.Tap(g, ky, taps - 1);
                if (first.AreAllInside && last.AreAllInside)
                {
                    sum = ThreadTile.Accumulate(sum, x, first, panels, panel, taps * depth);
                    panel += taps * depth;
                    continue;
                }
            }

            for (int kx = 0; kx < taps; kx++)
            {
                var source = rows.Tap(g, ky, kx);
                if (!source.AreAllOutside)
                {
                    if (source.AreAllInside) sum = ThreadTile.Accumulate(sum, x, source, panels, panel, depth);
                    else sum = ThreadTile.AccumulateInside(sum, x, source, panels, panel, depth);
                }

                panel += depth;
            }
        }

        return sum;
    }
}
