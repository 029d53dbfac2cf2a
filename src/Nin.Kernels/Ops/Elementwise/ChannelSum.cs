namespace Nin.Ops;

/// <summary><c>y[c] = sum over pixels and examples of x</c>, as <see cref="Slices"/> says: the gradient of a bias.</summary>
interface IChannelSum : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="pixels">Rows times columns of one example.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="y"><c>[channels]</c>.</param>
    /// <param name="accumulate">Adds to what stands in <paramref name="y"/>.</param>
    void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView x, DeviceView y, bool accumulate);
}

/// <summary>Sums of slices in scratch, <c>[slices, channels]</c>, then their tree.</summary>
sealed class ChannelSumPortable(AcceleratorDevice device) : IChannelSum
{
    readonly SliceSum sum = new(device);
    readonly SliceTreeKernel tree = new(device);

    public void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView x, DeviceView y, bool accumulate)
    {
        var sizes = new SliceSizes(n, pixels, channels, channels);
        var partials = stream.Scratch((long)sizes.Slices * channels);
        sum.Run(stream, sizes, x, partials);
        tree.Run(stream, sizes.Slices, partials, channels, y, second: default, accumulate);
    }
}

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
