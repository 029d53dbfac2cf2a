using Nin.Vectorized;

namespace Nin.Ops;

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
