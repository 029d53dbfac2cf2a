using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// The gradient of a convolution's weights, per slice: <c>dw[tap, c, f] = sum over pixels of x[source(pixel, tap), c] dy[pixel, f]</c>, and of
/// its bias, the sum of dy. Each element is one sum in example, row and column order.
/// </summary>
interface IWindowGradient
{
    /// <param name="stream">Where it queues.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, height, width, channels]</c>.</param>
    /// <param name="dy"><c>[n, outHeight, outWidth, filters]</c>.</param>
    /// <param name="sumsBias">Whether the bias's gradient is written behind the weights'.</param>
    /// <param name="partials"><c>[slices, stride]</c>, from the first weight on.</param>
    /// <param name="stride">Elements from a slice to the next.</param>
    void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, bool sumsBias, DeviceView partials, long stride);
}

/// <summary>Sizes of a weight gradient, as its kernel reads them.</summary>
/// <param name="Examples">Examples of the batch.</param>
/// <param name="Stride">Elements from the partial sums of a slice to those of the next.</param>
/// <param name="Height">Input rows.</param>
/// <param name="Width">Input columns.</param>
/// <param name="OutHeight">Output rows.</param>
/// <param name="OutWidth">Output columns.</param>
/// <param name="TapsDown">Taps from a window's first row to its last.</param>
/// <param name="TapsAcross">Taps of a window's row that are summed apart from each other.</param>
/// <param name="WindowStride">Distance between two windows.</param>
/// <param name="Padding">Zeros around the input.</param>
/// <param name="Dilation">Distance between taps.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="PixelLength">Elements from an input pixel to the next.</param>
/// <param name="Channels">Neighbouring elements that a tap reads: the input channels in a group.</param>
/// <param name="Filters">Filters in a group.</param>
readonly record struct WindowGradientSizes(
    int Examples, long Stride, int Height, int Width, int OutHeight, int OutWidth, int TapsDown, int TapsAcross, int WindowStride, int Padding,
    int Dilation, int Groups, int PixelLength, int Channels, int Filters)
{
    /// <summary>
    /// The sizes of a convolution. Where a window's row lies in memory without gaps and never over the edge, it is one tap of more channels,
    /// which leaves no row of a tile empty where the input has but one.
    /// </summary>
    public static WindowGradientSizes Of(in Conv2dSizes s, int examples, long stride)
    {
        bool isRun = s.Padding == 0 && s.Dilation == 1 && s.Groups == 1;
        return new WindowGradientSizes(
            examples, stride, s.Height, s.Width, s.OutHeight, s.OutWidth, s.Kernel, isRun ? 1 : s.Kernel, s.Stride, s.Padding, s.Dilation,
            s.Groups, s.Channels, isRun ? s.Kernel * s.Channels : s.GroupChannels, s.GroupFilters);
    }

    /// <summary>Channels that a thread sums: four tiles, so that it reads whole cache lines and a row of the output's gradient once for all four.</summary>
    public const int ItemChannels = 4 * ThreadTile.Rows;

    /// <summary>Elements from the weights of a channel to those of the next, and from an output pixel to the next: all filters.</summary>
    public long RowLength => (long)Groups * Filters;

    /// <summary>Items of a group's channels.</summary>
    public int ChannelItems => (Channels + ItemChannels - 1) / ItemChannels;

    /// <summary>What a thread each computes: some channels of a tap, and all filters of the group.</summary>
    public long Items => (long)Slices.Count(Examples) * TapsDown * TapsAcross * ChannelItems * Groups;

    /// <summary>The first output row (or column) whose tap, <paramref name="shift"/> behind the window's origin, lies in the input.</summary>
    public int FirstInside(int shift) => shift >= 0 ? 0 : (WindowStride - 1 - shift) / WindowStride;

    /// <summary>The last one; less than the first where there is none.</summary>
    public int LastInside(int shift, int size, int outSize)
    {
        int room = size - 1 - shift;
        if (room < 0) return -1;
        int last = room / WindowStride;
        return last < outSize ? last : outSize - 1;
    }
}

/// <summary>Which weights a thread sums: the first of its channels.</summary>
/// <param name="Slice">Slice of the batch.</param>
/// <param name="Tap">Tap of the window.</param>
/// <param name="Group">Group of channels.</param>
/// <param name="Channel">Its first channel in the group.</param>
readonly record struct WindowGradientPlace(int Slice, int Tap, int Group, int Channel)
{
    /// <summary>The place of a thread's item, channels fastest.</summary>
    public static WindowGradientPlace Of(WindowGradientSizes sizes, long item)
    {
        long rest = item / sizes.ChannelItems;
        int channel = (int)(item - rest * sizes.ChannelItems) * WindowGradientSizes.ItemChannels;
        int group = (int)(rest % sizes.Groups);
        rest /= sizes.Groups;
        int taps = sizes.TapsDown * sizes.TapsAcross;
        return new WindowGradientPlace((int)(rest / taps), (int)(rest % taps), group, channel);
    }
}

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
