using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// The gradient for devices whose groups do not cooperate cheaply: a thread sums four channels by eight filters of one tap over all pixels of
/// a slice, and knows no barrier.
/// </summary>
sealed class WindowGradient(AcceleratorDevice device) : IWindowGradient
{
    readonly Action<DeviceStream, KernelConfig, WindowGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>> full =
        device.Load<
            WindowGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(FullKernel);

    readonly Action<DeviceStream, KernelConfig, WindowGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>> masked =
        device.Load<
            WindowGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(MaskedKernel);

    readonly Action<DeviceStream, KernelConfig, WindowGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>> narrow =
        device.Load<
            WindowGradientSizes, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(NarrowKernel);

    readonly SliceSum sum = new(device);

    public void Run(
        DeviceStream stream, in Conv2dSizes s, int n, DeviceView x, DeviceView dy, DeviceView mask, bool sumsBias, DeviceView partials, long stride)
    {
        var sizes = new WindowGradientSizes(
            n, stride, s.Height, s.Width, s.OutHeight, s.OutWidth, s.Kernel, s.Stride, s.Padding, s.Dilation, s.Groups, s.GroupChannels,
            s.GroupFilters, mask.IsNone ? 0 : 1);
        var launch = s.GroupFilters < Float8.Length ? narrow : mask.IsNone ? full : masked;
        launch(stream, device.Over(sizes.Items), sizes, x.Array, dy.Array, (mask.IsNone ? dy : mask).Array, partials.Array);
        if (!sumsBias) return;
        var sums = new SliceSizes(n, (long)s.OutHeight * s.OutWidth, s.Filters, stride);
        sum.Run(stream, sums, dy, mask, partials.Slice(s.WeightLength, partials.Length - s.WeightLength));
    }

    static void FullKernel(
        WindowGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> mask, ArrayView<float> partials) =>
        Sum<FullRow>(sizes, x, dy, mask, partials);

    static void MaskedKernel(
        WindowGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> mask, ArrayView<float> partials) =>
        Sum<MaskedRow>(sizes, x, dy, mask, partials);

    static void NarrowKernel(
        WindowGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> mask, ArrayView<float> partials) =>
        Sum<NarrowRow>(sizes, x, dy, mask, partials);

    static void Sum<TRow>(
        WindowGradientSizes sizes, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> mask, ArrayView<float> partials)
        where TRow : struct, IGradientRow
    {
        for (long i = PortableThread.Index; i < sizes.Items; i += PortableThread.Stride)
        {
            var place = WindowGradientPlace.Of(sizes, i);
            Tile4x8 sum = default;
            int end = Slices.First(place.Slice + 1, sizes.Examples);
            for (int example = Slices.First(place.Slice, sizes.Examples); example < end; example++)
                sum = SumExample<TRow>(sum, sizes, place, example, x, dy, mask);

            long index = place.Slice * sizes.Stride
                + ((long)place.Tap * sizes.Channels + place.Channel) * sizes.Groups * sizes.Filters + place.Group * sizes.Filters + place.Filter;
            sum.Store(partials, index, (long)sizes.Groups * sizes.Filters, sizes.Channels - place.Channel, sizes.Filters - place.Filter);
        }
    }

    static Tile4x8 SumExample<TRow>(
        Tile4x8 sum, WindowGradientSizes sizes, WindowGradientPlace place, int example, ArrayView<float> x, ArrayView<float> dy,
        ArrayView<float> mask)
        where TRow : struct, IGradientRow
    {
        int ky = place.Tap / sizes.Kernel, kx = place.Tap - ky * sizes.Kernel;
        int top = ky * sizes.Dilation - sizes.Padding, left = kx * sizes.Dilation - sizes.Padding;
        int firstRow = sizes.FirstInside(top), lastRow = sizes.LastInside(top, sizes.Height, sizes.OutHeight);
        int firstColumn = sizes.FirstInside(left), lastColumn = sizes.LastInside(left, sizes.Width, sizes.OutWidth);
        long pixelLength = (long)sizes.Groups * sizes.Channels, outLength = (long)sizes.Groups * sizes.Filters;
        // Behind the last channel the last one stands in, and the store leaves it out.
        int room = sizes.Channels - 1 - place.Channel;
        int c1 = room < 1 ? room : 1, c2 = room < 2 ? room : 2, c3 = room < 3 ? room : 3;
        for (int row = firstRow; row <= lastRow; row++)
        {
            long source = (((long)example * sizes.Height + row * sizes.WindowStride + top) * sizes.Width + firstColumn * sizes.WindowStride + left)
                * pixelLength + place.Group * sizes.Channels + place.Channel;
            long output = (((long)example * sizes.OutHeight + row) * sizes.OutWidth + firstColumn) * outLength
                + place.Group * sizes.Filters + place.Filter;
            for (int column = firstColumn; column <= lastColumn; column++)
            {
                Float8 g = default(TRow).Load(dy, mask, output, sizes);
                sum.R0 = Float8.MultiplyAdd(sum.R0, x[source], g);
                sum.R1 = Float8.MultiplyAdd(sum.R1, x[source + c1], g);
                sum.R2 = Float8.MultiplyAdd(sum.R2, x[source + c2], g);
                sum.R3 = Float8.MultiplyAdd(sum.R3, x[source + c3], g);
                source += sizes.WindowStride * pixelLength;
                output += outLength;
            }
        }

        return sum;
    }
}
