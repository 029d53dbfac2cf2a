using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// Combines the sums of leaves as the binary tree of <see cref="ReductionTree"/>, in place. A thread takes one element through a whole tree; a
/// tree of many leaves is first folded, with a thread for each of its subtrees.
/// </summary>
sealed class TreeSum(AcceleratorDevice device)
{
    /// <summary>Leaves that a thread combines, a power of two: with more, a few elements of many leaves would keep few threads busy for long.</summary>
    public const int Subtree = 64;

    readonly Action<DeviceStream, KernelConfig, TreeSumSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<TreeSumSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>>(CombineKernel);

    readonly Action<DeviceStream, KernelConfig, TreeSumSizes, ArrayView<float>> launchFold = device.Load<TreeSumSizes, ArrayView<float>>(FoldKernel);

    /// <summary>Writes or adds the sums of two neighbouring results, which is what weights and their bias are.</summary>
    /// <param name="stream">Where it queues.</param>
    /// <param name="leaves">Leaves.</param>
    /// <param name="partials"><c>[leaves, stride]</c>, from the first result on; its content is lost.</param>
    /// <param name="stride">Elements from a leaf to the next.</param>
    /// <param name="first">The first result.</param>
    /// <param name="second">The second one, whose partial sums follow; or none.</param>
    /// <param name="accumulate">Adds to the old content instead of overwriting it.</param>
    public void Run(DeviceStream stream, int leaves, DeviceView partials, long stride, DeviceView first, DeviceView second, bool accumulate)
    {
        long length = first.Length + second.Length;
        (leaves, stride) = Fold(stream, leaves, partials, stride, length);
        var sizes = new TreeSumSizes(leaves, stride, length, first.Length, accumulate ? 1 : 0);
        launch(stream, device.Over(length), sizes, partials.Array, first.Array, (second.IsNone ? first : second).Array);
    }

    /// <summary>
    /// Combines subtrees, in place, until few are left, on which <see cref="Combine"/> is then to be called, with the returned number of leaves
    /// and stride. A kernel of few elements (channels, not weights) that combines by itself calls it first.
    /// </summary>
    /// <param name="stream">Where it queues.</param>
    /// <param name="leaves">Leaves.</param>
    /// <param name="partials"><c>[leaves, stride]</c>.</param>
    /// <param name="stride">Elements from a leaf to the next.</param>
    /// <param name="length">Elements of a leaf that are combined.</param>
    /// <param name="most">Subtrees that may be left: with 1 the whole sum replaces leaf 0.</param>
    public (int Leaves, long Stride) Fold(
        DeviceStream stream, int leaves, DeviceView partials, long stride, long length, int most = Subtree)
    {
        while (leaves > most)
        {
            var sizes = new TreeSumSizes(leaves, stride, length, FirstLength: 0, Accumulate: 0);
            launchFold(stream, device.Over(sizes.Subtrees * length), sizes, partials.Array);
            leaves = sizes.Subtrees;
            stride *= Subtree;
        }

        return (leaves, stride);
    }

    /// <summary>The tree of one element, whose root is returned and replaces leaf 0.</summary>
    public static float Combine(ArrayView<float> partials, long element, int leaves, long stride)
    {
        // Three levels at a time: eight loads are in flight together, where one level would wait for each sum before the next load.
        for (; leaves > 1; leaves = (leaves + 7) / 8, stride *= 8)
        {
            for (int leaf = 0; leaf < leaves; leaf += 8)
            {
                long at = element + leaf * stride;
                partials[at] = leaves - leaf >= 8
                    ? Four(partials, at, stride) + Four(partials, at + 4 * stride, stride)
                    : UpToSeven(partials, at, leaves - leaf, stride);
            }
        }

        return partials[element];
    }

    static float Four(ArrayView<float> partials, long at, long stride) =>
        (partials[at] + partials[at + stride]) + (partials[at + 2 * stride] + partials[at + 3 * stride]);

    static float UpToSeven(ArrayView<float> partials, long at, int leaves, long stride)
    {
        if (leaves < 4) return UpToThree(partials, at, leaves, stride);
        float sum = Four(partials, at, stride);
        if (leaves > 4) sum += UpToThree(partials, at + 4 * stride, leaves - 4, stride);
        return sum;
    }

    static float UpToThree(ArrayView<float> partials, long at, int leaves, long stride)
    {
        float sum = partials[at];
        if (leaves > 1) sum += partials[at + stride];
        if (leaves > 2) sum += partials[at + 2 * stride];
        return sum;
    }

    static void CombineKernel(TreeSumSizes sizes, ArrayView<float> partials, ArrayView<float> first, ArrayView<float> second)
    {
        for (long i = PortableThread.Index; i < sizes.Length; i += PortableThread.Stride)
        {
            float sum = Combine(partials, i, sizes.Leaves, sizes.Stride);
            if (i < sizes.FirstLength) first[i] = sizes.Accumulate != 0 ? first[i] + sum : sum;
            else second[i - sizes.FirstLength] = sizes.Accumulate != 0 ? second[i - sizes.FirstLength] + sum : sum;
        }
    }

    static void FoldKernel(TreeSumSizes sizes, ArrayView<float> partials)
    {
        for (long i = PortableThread.Index; i < sizes.Subtrees * sizes.Length; i += PortableThread.Stride)
        {
            long subtree = i / sizes.Length, leaf = subtree * Subtree;
            int leaves = sizes.Leaves - leaf < Subtree ? (int)(sizes.Leaves - leaf) : Subtree;
            Combine(partials, leaf * sizes.Stride + i - subtree * sizes.Length, leaves, sizes.Stride);
        }
    }
}

/// <summary>What a tree combines.</summary>
/// <param name="Leaves">Leaves.</param>
/// <param name="Stride">Elements from a leaf to the next.</param>
/// <param name="Length">Elements of both results.</param>
/// <param name="FirstLength">Elements of the first result.</param>
/// <param name="Accumulate">1 where sums are added to what is already there.</param>
readonly record struct TreeSumSizes(int Leaves, long Stride, long Length, long FirstLength, int Accumulate)
{
    /// <summary>Subtrees that a fold leaves.</summary>
    public int Subtrees => (Leaves + TreeSum.Subtree - 1) / TreeSum.Subtree;
}
