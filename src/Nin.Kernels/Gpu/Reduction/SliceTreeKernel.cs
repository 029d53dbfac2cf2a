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

/// <summary>What a tree over slices combines.</summary>
/// <param name="Slices">Slices.</param>
/// <param name="Stride">Elements from a slice to the next.</param>
/// <param name="FirstLength">Elements of the first result.</param>
/// <param name="Length">Elements of both results.</param>
/// <param name="Accumulate">1 where sums are added to what stands there.</param>
readonly record struct SliceTreeSizes(int Slices, long Stride, long FirstLength, long Length, int Accumulate);

/// <summary>The sums of each channel over the pixels of each slice: a thread adds up eight channels, in order.</summary>
sealed class SliceSum(AcceleratorDevice device)
{
    readonly Action<DeviceStream, KernelConfig, SliceSizes, ArrayView<float>, ArrayView<float>> launch =
        device.Load<SliceSizes, ArrayView<float>, ArrayView<float>>(SumKernel);

    /// <param name="stream">Where it queues.</param>
    /// <param name="sizes">Sizes.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="partials"><c>[slices, stride]</c>, from the first sum on.</param>
    public void Run(DeviceStream stream, in SliceSizes sizes, DeviceView x, DeviceView partials) =>
        launch(stream, device.Over((long)sizes.Slices * Float8.Tiles(sizes.Channels)), sizes, x.Array, partials.Array);

    static void SumKernel(SliceSizes sizes, ArrayView<float> x, ArrayView<float> partials)
    {
        int tiles = Float8.Tiles(sizes.Channels);
        for (long i = PortableThread.Index; i < (long)sizes.Slices * tiles; i += PortableThread.Stride)
        {
            int slice = (int)(i / tiles);
            int channel = (int)(i - (long)slice * tiles) * Float8.Length;
            int columns = sizes.Channels - channel;
            Float8 sum = default;
            for (long p = sizes.FirstPixel(slice); p < sizes.FirstPixel(slice + 1); p++)
                sum = Float8.Add(sum, Float8.Load(x, p * sizes.Channels + channel, columns));
            sum.Store(partials, slice * sizes.Stride + channel, columns);
        }
    }
}

/// <summary>A batch cut into slices whose channels are summed.</summary>
/// <param name="Examples">Examples of the batch.</param>
/// <param name="Pixels">Pixels of an example.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Stride">Elements from the sums of a slice to those of the next.</param>
readonly record struct SliceSizes(int Examples, long Pixels, int Channels, long Stride)
{
    /// <summary>Slices.</summary>
    public int Slices => Ops.Slices.Count(Examples);

    /// <summary>The first pixel of a slice, or the one behind the last where there is no such slice.</summary>
    public long FirstPixel(int slice) => Ops.Slices.First(slice, Examples) * Pixels;
}
