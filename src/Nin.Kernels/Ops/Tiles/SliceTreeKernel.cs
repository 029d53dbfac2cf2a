using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// Combines the sums of slices as the binary tree of <see cref="Slices"/>, one thread an element, in place: level by level each second
/// partial sum joins the one before it.
/// </summary>
sealed class SliceTreeKernel(AcceleratorDevice device)
{
    readonly Action<DeviceStream, KernelConfig, SliceTreeSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<SliceTreeSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>>(CombineKernel);

    /// <summary>Writes or adds the sums of two neighbouring results, which is what weights and their bias are.</summary>
    /// <param name="stream">Where it queues.</param>
    /// <param name="slices">Slices.</param>
    /// <param name="partials"><c>[slices, stride]</c>, from the first result on; its content is lost.</param>
    /// <param name="stride">Elements from a slice to the next.</param>
    /// <param name="first">The first result.</param>
    /// <param name="second">The second one, whose partial sums follow; or none.</param>
    /// <param name="accumulate">Adds to what stands there.</param>
    public void Run(DeviceStream stream, int slices, DeviceView partials, long stride, DeviceView first, DeviceView second, bool accumulate)
    {
        var sizes = new SliceTreeSizes(slices, stride, first.Length, first.Length + second.Length, accumulate ? 1 : 0);
        launch(stream, device.Over(sizes.Length), sizes, partials.Array, first.Array, (second.IsNone ? first : second).Array);
    }

    /// <summary>The tree of one element, whose root is returned.</summary>
    public static float Combine(ArrayView<float> partials, long element, int slices, long stride)
    {
        for (int step = 1; step < slices; step *= 2)
        {
            for (int s = 0; s + step < slices; s += 2 * step)
                partials[s * stride + element] += partials[(s + step) * stride + element];
        }

        return partials[element];
    }

    static void CombineKernel(SliceTreeSizes sizes, ArrayView<float> partials, ArrayView<float> first, ArrayView<float> second)
    {
        for (long i = PortableThread.Index; i < sizes.Length; i += PortableThread.Stride)
        {
            float sum = Combine(partials, i, sizes.Slices, sizes.Stride);
            if (i < sizes.FirstLength) first[i] = sizes.Accumulate != 0 ? first[i] + sum : sum;
            else second[i - sizes.FirstLength] = sizes.Accumulate != 0 ? second[i - sizes.FirstLength] + sum : sum;
        }
    }
}
