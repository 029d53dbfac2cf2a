using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// The weight gradient for devices whose work-groups do not cooperate cheaply: a thread sums some channels of a tap by all filters over the pixels
/// of a leaf, without barriers. It takes a row of pixels through one tile of accumulators after the other, so that it reads that row out of the
/// nearest caches except the first time; between rows the sums are in memory.
/// </summary>
sealed class ThreadWeightGradient(AcceleratorDevice device) : IWeightGradient
{
    readonly Action<DeviceStream, KernelConfig, ThreadGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<ThreadGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>>(GradientKernel);

    readonly LeafSums biasSums = new(device);

    public void Run(
        DeviceStream stream, in ConvolutionGeometry geometry, in LeafRange leaves, DeviceView x, DeviceView dy, bool sumsBias, DeviceView partials,
        long stride)
    {
        var sizes = ThreadGradientSizes.Of(geometry, leaves, stride);
        launch(stream, device.Over(sizes.Items), sizes, x.Array, dy.Array, partials.Array);
        if (!sumsBias) return;
        long weights = geometry.Depth * sizes.RowLength;
        biasSums.Run(stream, leaves, (int)sizes.RowLength, dy, partials.Slice(weights, partials.Length - weights), stride);
    }

    static void GradientKernel(ThreadGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> partials)
    {
        var g = sizes.Geometry;
        for (long i = PortableThread.Index; i < sizes.Items; i += PortableThread.Stride)
        {
            // i = ((leaf * taps + tap) * groups + group) * items of channels + item
            long rest = i / sizes.ChannelItems;
            int channel = (int)(i - rest * sizes.ChannelItems) * ThreadGradientSizes.ItemChannels;
            int group = (int)(rest % g.Groups);
            rest /= g.Groups;
            int leaf = (int)(rest / g.Taps), tap = (int)(rest % g.Taps);
            int channels = sizes.Channels - channel;
            if (channels > ThreadGradientSizes.ItemChannels) channels = ThreadGradientSizes.ItemChannels;
            long index = leaf * sizes.Stride + ((long)tap * sizes.Channels + channel) * sizes.RowLength + group * g.ResultChannels;
            Clear(sizes, channels, partials, index);
            AddLeaf(sizes, leaf, tap, group, channel, channels, x, dy, partials, index);
        }
    }

    static void Clear(ThreadGradientSizes sizes, int channels, ArrayView<float> partials, long index)
    {
        for (int channel = 0; channel < channels; channel++)
        {
            for (int filter = 0; filter < sizes.Geometry.ResultChannels; filter++) partials[index + channel * sizes.RowLength + filter] = 0;
        }
    }

    static void AddLeaf(
        ThreadGradientSizes sizes, int leaf, int tap, int group, int channel, int channels, ArrayView<float> x, ArrayView<float> dy,
        ArrayView<float> partials, long index)
    {
        var g = sizes.Geometry;
        int ky = tap / g.Columns.Taps, kx = tap - ky * g.Columns.Taps;
        int firstColumn = g.Columns.FirstInside(kx), endColumn = g.Columns.EndInside(kx);
        long pixel = sizes.Leaves.FirstPixel(leaf), end = sizes.Leaves.FirstPixel(leaf + 1);
        while (pixel < end)
        {
            // A leaf may begin and end within a row of pixels; the tap reads the source from one column to another.
            long row = pixel / g.Columns.Results * g.Columns.Results;
            long first = row + firstColumn, last = row + endColumn, next = row + g.Columns.Results;
            if (first < pixel) first = pixel;
            if (last > end) last = end;
            pixel = next;
            if (first >= last) continue;
            long source = Im2colRow.Of(g, first, group).Tap(g, ky, kx);
            if (source < 0) continue;
            long output = first * sizes.RowLength + group * g.ResultChannels;
            for (int tile = 0; tile < channels; tile += ThreadTile.Rows)
            {
                for (int filter = 0; filter < g.ResultChannels; filter += Float8.Length)
                {
                    AddRow(
                        sizes, channels - tile, (int)(last - first), x, source + channel + tile, dy, output, partials, index + tile * sizes.RowLength,
                        filter);
                }
            }
        }
    }

    // One sum in the order of pixels: it starts from what is in memory, rather than being added to it.
    static void AddRow(
        ThreadGradientSizes sizes, int rows, int pixels, ArrayView<float> x, long source, ArrayView<float> dy, long output, ArrayView<float> partials,
        long index, int filter)
    {
        int width = sizes.Geometry.ResultChannels - filter;
        long rowLength = sizes.RowLength, step = sizes.SourceStep;
        // Channels after the last one repeat it, and the store leaves them out.
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

/// <summary>Sizes of a weight gradient, as the kernel of threads reads them.</summary>
/// <param name="Geometry">The forward direction; a row of taps may be one tap of more channels.</param>
/// <param name="Channels">Neighbouring source elements that a tap reads.</param>
/// <param name="Leaves">The leaves.</param>
/// <param name="Stride">Elements from the partial sums of a leaf to those of the next.</param>
readonly record struct ThreadGradientSizes(ConvolutionGeometry Geometry, int Channels, LeafRange Leaves, long Stride)
{
    /// <summary>Channels that a thread sums: four tiles, so that it reads whole cache lines and a row of the output's gradient once for all four.</summary>
    public const int ItemChannels = 4 * ThreadTile.Rows;

    /// <summary>
    /// The sizes of a convolution. Where a window's row is contiguous in memory and never extends beyond the edge, it is one tap of more channels,
    /// so that no row of a tile stays empty where the input has only one.
    /// </summary>
    public static ThreadGradientSizes Of(in ConvolutionGeometry g, in LeafRange leaves, long stride)
    {
        var c = g.Columns;
        bool isRun = c.TapStep == 1 && c.Shift == 0 && (c.Results - 1) * c.Scale + c.Taps <= c.Sources && g.Groups == 1;
        return isRun
            ? new(g with { Columns = c with { Taps = 1 } }, c.Taps * g.SourceChannels, leaves, stride)
            : new(g, g.SourceChannels, leaves, stride);
    }

    /// <summary>Elements from the weights of a channel to those of the next, and from an output pixel to the next: all filters.</summary>
    public long RowLength => (long)Geometry.Groups * Geometry.ResultChannels;

    /// <summary>Source elements from the window of an output pixel to that of the next in its row.</summary>
    public long SourceStep => (long)Geometry.Columns.Scale * Geometry.Groups * Geometry.SourceChannels;

    /// <summary>Items of a group's channels.</summary>
    public int ChannelItems => (Channels + ItemChannels - 1) / ItemChannels;

    /// <summary>What each thread computes: some channels of a tap, and all filters of the group.</summary>
    public long Items => (long)Leaves.Count * Geometry.Taps * ChannelItems * Geometry.Groups;
}

/// <summary>The result pixels whose tap of a forward convolution is inside the source.</summary>
static class TapRange
{
    extension(TapAxis axis)
    {
        /// <summary>The first result pixel whose tap is inside the source.</summary>
        public int FirstInside(int tap)
        {
            int offset = axis.Shift + tap * axis.TapStep;
            return offset >= 0 ? 0 : (axis.Scale - 1 - offset) / axis.Scale;
        }

        /// <summary>The one after the last; not above the first where there is none.</summary>
        public int EndInside(int tap)
        {
            int room = axis.Sources - 1 - axis.Shift - tap * axis.TapStep;
            if (room < 0) return 0;
            int end = room / axis.Scale + 1;
            return end < axis.Results ? end : axis.Results;
        }
    }
}
