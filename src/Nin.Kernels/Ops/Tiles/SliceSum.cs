using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

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
