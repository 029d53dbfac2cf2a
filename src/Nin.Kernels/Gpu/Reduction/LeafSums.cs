using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>The sum of each channel over the pixels of each leaf: a thread adds up eight channels of a leaf, in the order of pixels.</summary>
sealed class LeafSums(AcceleratorDevice device)
{
    readonly Action<DeviceStream, KernelConfig, LeafRange, LeafSumsSizes, ArrayView<float>, ArrayView<float>> launch =
        device.Load<LeafRange, LeafSumsSizes, ArrayView<float>, ArrayView<float>>(SumKernel);

    /// <summary>Sums all leaves of a batch.</summary>
    /// <param name="stream">Where it queues.</param>
    /// <param name="tree">How the batch is cut.</param>
    /// <param name="n">Examples.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="partials"><c>[leaves, stride]</c>, from the first sum on.</param>
    /// <param name="stride">Elements from a leaf to the next, <paramref name="channels"/> or more.</param>
    public void Run(DeviceStream stream, in ReductionTree tree, int n, int channels, DeviceView x, DeviceView partials, long stride) =>
        Run(stream, LeafRange.All(tree, n), channels, x, partials, stride);

    /// <summary>Sums some leaves.</summary>
    /// <param name="stream">Where it queues.</param>
    /// <param name="leaves">Which ones.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>, the whole batch.</param>
    /// <param name="partials"><c>[leaves.Count, stride]</c>, from the first sum on.</param>
    /// <param name="stride">Elements from a leaf to the next, <paramref name="channels"/> or more.</param>
    public void Run(DeviceStream stream, in LeafRange leaves, int channels, DeviceView x, DeviceView partials, long stride) => launch(
        stream, device.Over((long)leaves.Count * Float8.Tiles(channels)), leaves, new LeafSumsSizes(channels, stride), x.Array, partials.Array);

    static void SumKernel(LeafRange leaves, LeafSumsSizes sizes, ArrayView<float> x, ArrayView<float> partials)
    {
        int tiles = Float8.Tiles(sizes.Channels);
        for (long i = PortableThread.Index; i < (long)leaves.Count * tiles; i += PortableThread.Stride)
        {
            int leaf = (int)(i / tiles);
            int channel = (int)(i - (long)leaf * tiles) * Float8.Length;
            int columns = sizes.Channels - channel;
            long end = leaves.FirstPixel(leaf + 1);
            Float8 sum = default;
            for (long p = leaves.FirstPixel(leaf); p < end; p++) sum = Float8.Add(sum, Float8.Load(x, p * sizes.Channels + channel, columns));
            sum.Store(partials, leaf * sizes.Stride + channel, columns);
        }
    }
}

/// <summary>What the sums of leaves read besides the leaves.</summary>
/// <param name="Channels">Channels.</param>
/// <param name="Stride">Elements from the sums of a leaf to those of the next.</param>
readonly record struct LeafSumsSizes(int Channels, long Stride);
