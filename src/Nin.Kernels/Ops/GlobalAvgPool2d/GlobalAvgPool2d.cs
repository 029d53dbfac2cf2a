using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>The mean of each channel over all pixels of an example, summed in row, then column order.</summary>
interface IGlobalAvgPool2dForward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="pixels">Rows times columns.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="y"><c>[n, channels]</c>, overwritten.</param>
    void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView x, DeviceView y);
}

/// <summary><c>dx = dy / pixels</c> at each pixel.</summary>
interface IGlobalAvgPool2dBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="pixels">Rows times columns.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="n">Examples.</param>
    /// <param name="dy"><c>[n, channels]</c>.</param>
    /// <param name="dx"><c>[n, pixels, channels]</c>.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/>.</param>
    void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView dy, DeviceView dx, bool accumulate);
}

/// <summary>One thread a channel of an example.</summary>
sealed class GlobalAvgPool2dForwardPortable(AcceleratorDevice device) : IGlobalAvgPool2dForward
{
    readonly Action<DeviceStream, KernelConfig, int, int, int, ArrayView<float>, ArrayView<float>> launch =
        device.Load<int, int, int, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView x, DeviceView y) =>
        launch(stream, device.Over((long)n * channels), pixels, channels, n, x.Array, y.Array);

    static void Kernel(int pixels, int channels, int n, ArrayView<float> x, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < (long)n * channels; i += PortableThread.Stride)
        {
            long example = i / channels;
            long first = example * pixels * channels + (i - example * channels);
            float sum = 0;
            for (int pixel = 0; pixel < pixels; pixel++) sum += x[first + (long)pixel * channels];
            y[i] = sum / pixels;
        }
    }
}

/// <summary>One thread an element of the input.</summary>
sealed class GlobalAvgPool2dBackwardPortable(AcceleratorDevice device) : IGlobalAvgPool2dBackward
{
    readonly Action<DeviceStream, KernelConfig, int, int, int, int, ArrayView<float>, ArrayView<float>> launch =
        device.Load<int, int, int, int, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView dy, DeviceView dx, bool accumulate) =>
        launch(stream, device.Over((long)n * pixels * channels), pixels, channels, n, accumulate ? 1 : 0, dy.Array, dx.Array);

    static void Kernel(int pixels, int channels, int n, int accumulate, ArrayView<float> dy, ArrayView<float> dx)
    {
        for (long i = PortableThread.Index; i < (long)n * pixels * channels; i += PortableThread.Stride)
        {
            long row = i / channels;
            float gradient = dy[row / pixels * channels + (i - row * channels)] / pixels;
            dx[i] = accumulate != 0 ? dx[i] + gradient : gradient;
        }
    }
}

/// <summary>One pass over memory, examples side by side.</summary>
sealed unsafe class GlobalAvgPool2dForwardVectorized(CpuDevice device) : IGlobalAvgPool2dForward
{
    public void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView x, DeviceView y)
    {
        var blocks = new ChannelBlocks(channels, n, device.Threads);
        device.Run(n * blocks.Count, new MeanJob(new PlainTerm(x.Pointer), pixels, channels, blocks, y.Pointer));
    }

    readonly struct MeanJob(PlainTerm term, int pixels, int channels, ChannelBlocks blocks, float* y) : ILanesJob
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            (int example, int block) = Math.DivRem(index, blocks.Count);
            int c0 = blocks.First(block), c1 = blocks.End(block);
            float* means = y + (long)example * channels;
            ChannelSums.Compute<TLanes, PlainTerm>(term, (long)example * pixels, pixels, channels, c0, c1, means, null);
            for (int c = c0; c < c1; c++)
            {
                means[c] /= pixels;
            }
        }
    }
}

/// <summary>One pass over memory, examples side by side.</summary>
sealed unsafe class GlobalAvgPool2dBackwardVectorized(CpuDevice device) : IGlobalAvgPool2dBackward
{
    public void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView dy, DeviceView dx, bool accumulate) =>
        device.Run(n, new SpreadJob(pixels, channels, dy.Pointer, dx.Pointer, accumulate));

    readonly struct SpreadJob(int pixels, int channels, float* dy, float* dx, bool accumulate) : ILanesJob
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            int whole = channels - channels % TLanes.Count;
            if (whole > 0)
                Spread<TLanes, WholeExtent>(index, 0, whole, default);
            if (whole < channels)
                Spread<TLanes, PartExtent>(index, whole, channels, new PartExtent(channels - whole));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Spread<TLanes, TExtent>(int example, int c0, int c1, TExtent extent)
            where TLanes : struct, ILanes<TLanes>
            where TExtent : struct, IExtent
        {
            TLanes divisor = TLanes.Broadcast(pixels);
            bool add = accumulate;
            int stride = channels;
            float* gradient = dy + (long)example * stride;
            float* target = dx + (long)example * pixels * stride;
            for (int pixel = 0; pixel < pixels; pixel++, target += stride)
            {
                for (int c = c0; c < c1; c += TLanes.Count)
                {
                    TLanes share = extent.Load<TLanes>(gradient + c) / divisor;
                    extent.Store(target + c, add ? extent.Load<TLanes>(target + c) + share : share);
                }
            }
        }
    }
}
