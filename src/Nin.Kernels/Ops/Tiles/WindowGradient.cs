using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// The gradient for devices whose groups do not cooperate cheaply: a thread sums some channels of a tap by all filters over the pixels of a
/// slice, and knows no barrier. It takes a row of pixels through one tile of sums after the other, so that it reads that row out of the nearest
/// caches but for the first time; between rows the sums lie in memory.
/// </summary>
sealed class WindowGradient(AcceleratorDevice device) : IWindowGradient
{
    readonly Action<DeviceStream, KernelConfig, WindowGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<WindowGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>>(GradientKernel);

    readonly SliceSum sum = new(device);

    public void Run(
        DeviceStream stream, in Conv2dSizes s, int n, DeviceView x, DeviceView dy, bool sumsBias, DeviceView partials, long stride)
    {
        var sizes = WindowGradientSizes.Of(s, n, stride);
        launch(stream, device.Over(sizes.Items), sizes, x.Array, dy.Array, partials.Array);
        if (!sumsBias) return;
        var sums = new SliceSizes(n, (long)s.OutHeight * s.OutWidth, s.Filters, stride);
        sum.Run(stream, sums, dy, partials.Slice(s.WeightLength, partials.Length - s.WeightLength));
    }

    static void GradientKernel(WindowGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> partials)
    {
        for (long i = PortableThread.Index; i < sizes.Items; i += PortableThread.Stride)
        {
            var place = WindowGradientPlace.Of(sizes, i);
            long index = place.Slice * sizes.Stride + ((long)place.Tap * sizes.Channels + place.Channel) * sizes.RowLength + place.Group * sizes.Filters;
            int channels = sizes.Channels - place.Channel;
            if (channels > WindowGradientSizes.ItemChannels) channels = WindowGradientSizes.ItemChannels;
            Clear(sizes, channels, partials, index);
            int end = Slices.First(place.Slice + 1, sizes.Examples);
            for (int example = Slices.First(place.Slice, sizes.Examples); example < end; example++)
                AddExample(sizes, place, channels, example, x, dy, partials, index);
        }
    }

    static void Clear(WindowGradientSizes sizes, int channels, ArrayView<float> partials, long index)
    {
        for (int channel = 0; channel < channels; channel++)
        {
            for (int filter = 0; filter < sizes.Filters; filter++) partials[index + channel * sizes.RowLength + filter] = 0;
        }
    }

    static void AddExample(
        WindowGradientSizes sizes, WindowGradientPlace place, int channels, int example, ArrayView<float> x, ArrayView<float> dy,
        ArrayView<float> partials, long index)
    {
        int ky = place.Tap / sizes.TapsAcross, kx = place.Tap - ky * sizes.TapsAcross;
        int top = ky * sizes.Dilation - sizes.Padding, left = kx * sizes.Dilation - sizes.Padding;
        int firstRow = sizes.FirstInside(top), lastRow = sizes.LastInside(top, sizes.Height, sizes.OutHeight);
        int firstColumn = sizes.FirstInside(left), pixels = sizes.LastInside(left, sizes.Width, sizes.OutWidth) - firstColumn + 1;
        for (int row = firstRow; row <= lastRow; row++)
        {
            long source = (((long)example * sizes.Height + row * sizes.WindowStride + top) * sizes.Width + firstColumn * sizes.WindowStride + left)
                * sizes.PixelLength + place.Group * sizes.Channels + place.Channel;
            long output = (((long)example * sizes.OutHeight + row) * sizes.OutWidth + firstColumn) * sizes.RowLength
                + place.Group * sizes.Filters;
            for (int channel = 0; channel < channels; channel += ThreadTile.Rows)
            {
                long first = index + channel * sizes.RowLength;
                for (int filter = 0; filter < sizes.Filters; filter += Float8.Length)
                    AddRow(sizes, channels - channel, pixels, x, source + channel, dy, output, partials, first, filter);
            }
        }
    }

    // One sum in the order of pixels: what stands in memory is where it starts, not what it is added to.
    static void AddRow(
        WindowGradientSizes sizes, int rows, int pixels, ArrayView<float> x, long source, ArrayView<float> dy, long output, ArrayView<float> partials,
        long index, int filter)
    {
        int width = sizes.Filters - filter;
        long rowLength = sizes.RowLength, step = (long)sizes.WindowStride * sizes.PixelLength;
        // Behind the last channel the last one stands in, and the store leaves it out.
        var first = RowOffsets.Of(source, 1, rows - 1);
        if (width >= Float8.Length)
        {
            var sum = ThreadTile.Load(partials, RowOffsets.Of(index + filter, rowLength, rows - 1));
            for (int i = 0; i < pixels; i++)
                sum = ThreadTile.Add(sum, x, i * step, first, Float8.Load(dy, output + filter + i * rowLength));
            sum.Store(partials, index + filter, rowLength, rows, Float8.Length);
        }
        else
        {
            var sum = ThreadTile.Load(partials, index + filter, rowLength, rows, width);
            for (int i = 0; i < pixels; i++)
                sum = ThreadTile.Add(sum, x, i * step, first, Float8.Load(dy, output + filter + i * rowLength, width));
            sum.Store(partials, index + filter, rowLength, rows, width);
        }
    }
}
