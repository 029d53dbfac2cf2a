using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// The weight gradient of narrow groups: a thread sums one weight over the pixels of a leaf, each row of pixels by itself, so that no sum is long.
/// </summary>
sealed class NarrowGroupsWeightGradient(AcceleratorDevice device) : IWeightGradient
{
    readonly Action<DeviceStream, KernelConfig, LeafRange, NarrowGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>> launch =
        device.Load<LeafRange, NarrowGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>>(GradientKernel);

    readonly LeafSums biasSums = new(device);

    public void Run(
        DeviceStream stream, in ConvolutionGeometry geometry, in LeafRange leaves, DeviceView x, DeviceView dy, bool sumsBias, DeviceView partials,
        long stride)
    {
        var sizes = new NarrowGradientSizes(geometry, stride);
        launch(stream, device.Over(sizes.Weights * leaves.Count), leaves, sizes, x.Array, dy.Array, partials.Array);
        if (sumsBias) biasSums.Run(stream, leaves, sizes.Filters, dy, partials.Slice(sizes.Weights, partials.Length - sizes.Weights), stride);
    }

    static void GradientKernel(LeafRange leaves, NarrowGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> partials)
    {
        var g = sizes.Geometry;
        for (long i = PortableThread.Index; i < sizes.Weights * leaves.Count; i += PortableThread.Stride)
        {
            // i = ((leaf * taps + tap) * source channels + channel) * filters + filter
            int leaf = (int)(i / sizes.Weights);
            long weight = i - leaf * sizes.Weights, term = weight / sizes.Filters;
            int filter = (int)(weight - term * sizes.Filters), tap = (int)(term / g.SourceChannels), channel = (int)(term - (long)tap * g.SourceChannels);
            int ky = tap / g.Columns.Taps, kx = tap - ky * g.Columns.Taps;
            partials[leaf * sizes.Stride + weight] = LeafSum(leaves, sizes, x, dy, leaf, filter, channel, ky, kx);
        }
    }

    static float LeafSum(
        LeafRange leaves, NarrowGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, int leaf, int filter, int channel, int ky, int kx)
    {
        var g = sizes.Geometry;
        int firstColumn = g.Columns.FirstInside(kx), endColumn = g.Columns.EndInside(kx);
        long step = (long)g.Columns.Scale * g.Groups * g.SourceChannels;
        long pixel = leaves.FirstPixel(leaf), end = leaves.FirstPixel(leaf + 1);
        float sum = 0;
        while (pixel < end)
        {
            // A leaf may begin and end within a row of pixels; the tap reads the source from one column to another.
            long row = pixel / g.Columns.Results * g.Columns.Results;
            long first = row + firstColumn, last = row + endColumn, next = row + g.Columns.Results;
            if (first < pixel) first = pixel;
            if (last > end) last = end;
            pixel = next;
            if (first >= last) continue;
            long source = Im2colRow.Of(g, first, filter / g.ResultChannels).Tap(g, ky, kx);
            if (source < 0) continue;
            source += channel;
            float rowSum = 0;
            for (long at = first * sizes.Filters + filter; first < last; first++, source += step, at += sizes.Filters)
                rowSum = FusedMultiplyAdd.Of(x[source], dy[at], rowSum);
            sum += rowSum;
        }

        return sum;
    }
}

/// <summary>What the kernel of their weight gradient reads.</summary>
/// <param name="Geometry">The forward direction.</param>
/// <param name="Stride">Elements from the partial sums of a leaf to those of the next.</param>
readonly record struct NarrowGradientSizes(ConvolutionGeometry Geometry, long Stride)
{
    /// <summary>Filters of all groups.</summary>
    public int Filters => Geometry.Groups * Geometry.ResultChannels;

    /// <summary>Elements of the gradient.</summary>
    public long Weights => (long)Geometry.Depth * Filters;
}
