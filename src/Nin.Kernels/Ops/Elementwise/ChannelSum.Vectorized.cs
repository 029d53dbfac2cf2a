using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>One pass over memory, slices side by side; then their tree.</summary>
sealed unsafe class ChannelSumVectorized(CpuDevice device) : IChannelSum
{
    public void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView x, DeviceView y, bool accumulate)
    {
        int slices = Slices.Count(n);
        float* partials = stream.Scratch((long)slices * channels).Pointer;
        var blocks = new ChannelBlocks(channels, slices, device.Threads);
        device.Run(slices * blocks.Count, new SliceJob(new PlainTerm(x.Pointer), pixels, channels, n, blocks, partials));
        device.Run(1, new TreeJob(partials, slices, channels, y.Pointer, accumulate));
    }

    readonly struct SliceJob(PlainTerm term, int pixels, int channels, int n, ChannelBlocks blocks, float* partials) : ILanesJob
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            (int slice, int block) = Math.DivRem(index, blocks.Count);
            int first = slice * Slices.Examples;
            int rows = Math.Min(Slices.Examples, n - first) * pixels;
            ChannelSums.Compute<TLanes, PlainTerm>(
                term, (long)first * pixels, rows, channels, blocks.First(block), blocks.End(block), partials + (long)slice * channels, null);
        }
    }

    readonly struct TreeJob(float* partials, int slices, int channels, float* y, bool accumulate) : ILanesJob
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            SliceTree.Sum<TLanes>(partials, channels, slices, channels);
            for (int c = 0; c < channels; c++)
            {
                y[c] = accumulate ? y[c] + partials[c] : partials[c];
            }
        }
    }
}
