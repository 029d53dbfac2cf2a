using System.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary><c>y[c] = sum over pixels and examples of x</c>, as the <see cref="ReductionTree"/> over the pixels says: the gradient of a bias.</summary>
interface IChannelSum : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="pixels">Rows times columns of one example.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="y"><c>[channels]</c>.</param>
    /// <param name="accumulate">Adds to <paramref name="y"/> instead of overwriting it.</param>
    void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView x, DeviceView y, bool accumulate);
}

/// <summary>Sums of runs in scratch, <c>[runs, channels]</c>, then their tree.</summary>
sealed class ChannelSumPortable(AcceleratorDevice device) : IChannelSum
{
    readonly TreeSum tree = new(device);

    readonly Action<DeviceStream, KernelConfig, ChannelRuns, Divisor, ArrayView<float>, ArrayView<float>> launchSums =
        device.Load<ChannelRuns, Divisor, ArrayView<float>, ArrayView<float>>(SumsKernel);

    public void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView x, DeviceView y, bool accumulate)
    {
        var runs = ChannelRuns.Over(ReductionTree.Over(pixels, 1), n, channels);
        var partials = stream.Scratch(runs.Length);
        launchSums(stream, device.Over(runs.Length), runs, Divisor.Of(channels), x.Array, partials.Array);
        tree.Run(stream, runs.Count, partials, channels, y, second: default, accumulate);
    }

    static void SumsKernel(ChannelRuns runs, Divisor channels, ArrayView<float> x, ArrayView<float> partials)
    {
        for (uint i = PortableThread.Index32; i < (uint)runs.Length; i += PortableThread.Stride32)
        {
            int run = channels.Divide((int)i), c = (int)i - run * channels.Value;
            var pixels = runs.Run(run);
            long stride = runs.Channels, at = pixels.First * stride + c, end = pixels.End * stride;
            // Four sums side by side: their loads do not wait for each other's additions, and each is a quarter as long.
            float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            for (; at + 3 * stride < end; at += 4 * stride)
            {
                s0 += x[at];
                s1 += x[at + stride];
                s2 += x[at + 2 * stride];
                s3 += x[at + 3 * stride];
            }

            for (; at < end; at += stride) s0 += x[at];
            partials[(int)i] = (s0 + s1) + (s2 + s3);
        }
    }
}

/// <summary>
/// The leaves of a batch, each cut into a power of two of runs of pixels, one run and channel per thread: whole leaves would leave a GPU
/// without work, and are longer than one float32 sum should be. Runs are leaves of a tree of more levels, whose nodes are the same.
/// </summary>
/// <param name="Tree">How the batch is cut.</param>
/// <param name="Examples">Examples of the batch.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Log2PerLeaf">Runs of a leaf, as a power of two.</param>
/// <param name="Log2Parts">Leaves of an example, as a power of two.</param>
readonly record struct ChannelRuns(ReductionTree Tree, int Examples, int Channels, int Log2PerLeaf, int Log2Parts)
{
    const int MostLog2PerLeaf = 4;
    const int LeastPixels = 64;

    /// <summary>The runs of a batch of <paramref name="n"/> examples. The tree alone says how many a leaf has.</summary>
    public static ChannelRuns Over(in ReductionTree tree, int n, int channels)
    {
        long pixels = tree.Pixels * tree.Examples / tree.Parts;
        int log2PerLeaf = 0;
        while (log2PerLeaf < MostLog2PerLeaf && pixels >> (log2PerLeaf + 1) >= LeastPixels) log2PerLeaf++;
        return new(tree, n, channels, log2PerLeaf, BitOperations.Log2((uint)tree.Parts));
    }

    /// <summary>Runs of a leaf.</summary>
    public int PerLeaf => 1 << Log2PerLeaf;

    /// <summary>Runs of the batch.</summary>
    public int Count => Tree.Leaves(Examples) << Log2PerLeaf;

    /// <summary>Partial sums of the batch: one per run and channel.</summary>
    public long Length => (long)Count * Channels;

    /// <summary>The pixels of a run, without a division, because kernels call it.</summary>
    public PixelRun Run(int run)
    {
        int leaf = run >> Log2PerLeaf, place = run - (leaf << Log2PerLeaf);
        long first = FirstOfLeaf(leaf), length = FirstOfLeaf(leaf + 1) - first;
        return new(first + (length * place >> Log2PerLeaf), first + (length * (place + 1) >> Log2PerLeaf));
    }

    // As ReductionTree.FirstPixel.
    long FirstOfLeaf(int leaf)
    {
        if (Log2Parts > 0)
        {
            int example = leaf >> Log2Parts;
            return example * Tree.Pixels + ((long)(leaf - (example << Log2Parts)) * Tree.Lines >> Log2Parts) * Tree.LineLength;
        }

        long first = (long)leaf * Tree.Examples;
        return (first < Examples ? first : Examples) * Tree.Pixels;
    }
}

/// <summary>Pixels that follow each other, counted through the batch.</summary>
/// <param name="First">The first.</param>
/// <param name="End">The one after the last.</param>
readonly record struct PixelRun(long First, long End);

/// <summary>One pass over memory, leaves side by side; then their tree.</summary>
sealed unsafe class ChannelSumVectorized(CpuDevice device) : IChannelSum
{
    public void Run(DeviceStream stream, int pixels, int channels, int n, DeviceView x, DeviceView y, bool accumulate)
    {
        var tree = ReductionTree.Over(pixels, 1);
        int leaves = tree.Leaves(n);
        float* partials = stream.Scratch((long)leaves * channels).Pointer;
        var blocks = new ChannelBlocks(channels, leaves, device.Threads);
        device.Run(leaves * blocks.Count, new LeafJob(new PlainTerm(x.Pointer), tree, channels, n, blocks, partials));
        device.Run(1, new TreeJob(partials, leaves, channels, y.Pointer, accumulate));
    }

    readonly struct LeafJob(PlainTerm term, ReductionTree tree, int channels, int n, ChannelBlocks blocks, float* partials) : ILanesJob
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            (int leaf, int block) = Math.DivRem(index, blocks.Count);
            long first = tree.FirstPixel(leaf, n);
            int rows = (int)(tree.FirstPixel(leaf + 1, n) - first);
            ChannelSums.Compute<TLanes, PlainTerm>(
                term, first, rows, channels, blocks.First(block), blocks.End(block), partials + (long)leaf * channels, null);
        }
    }

    readonly struct TreeJob(float* partials, int leaves, int channels, float* y, bool accumulate) : ILanesJob
    {
        public void Execute<TLanes>(int index, int worker)
            where TLanes : struct, ILanes<TLanes>
        {
            SliceTree.Sum<TLanes>(partials, channels, leaves, channels);
            for (int c = 0; c < channels; c++)
            {
                y[c] = accumulate ? y[c] + partials[c] : partials[c];
            }
        }
    }
}
