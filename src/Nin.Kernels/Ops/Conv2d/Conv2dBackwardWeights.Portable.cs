namespace Nin.Ops;

/// <summary>Sums of slices in scratch, <c>[slices, weights + filters]</c>, then their tree.</summary>
sealed class Conv2dBackwardWeightsPortable(AcceleratorDevice device) : IConv2dBackwardWeights
{
    readonly WindowGradient gradient = new(device);
    readonly SliceSum sum = new(device);
    readonly SliceTreeKernel tree = new(device);

    public void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate)
    {
        int slices = Slices.Count(n);
        long stride = dw.Length + dbias.Length;
        var partials = stream.Scratch(slices * stride);
        gradient.Run(stream, sizes, n, x, dy, mask: default, partials, stride);
        if (!dbias.IsNone)
        {
            var sums = new SliceSizes(n, (long)sizes.OutHeight * sizes.OutWidth, sizes.Filters, stride);
            sum.Run(stream, sums, dy, mask: default, partials.Slice(dw.Length, partials.Length - dw.Length));
        }

        tree.Run(stream, slices, partials, stride, dw, dbias, accumulate);
    }
}
