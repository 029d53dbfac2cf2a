namespace Nin.Ops;

/// <summary>Sums of slices in scratch, <c>[slices, weights + filters]</c>, then their tree.</summary>
sealed class Conv2dBackwardWeightsPortable(AcceleratorDevice device, IWindowGradient gradient) : IConv2dBackwardWeights
{
    readonly SliceTreeKernel tree = new(device);

    public void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate)
    {
        int slices = Slices.Count(n);
        long stride = dw.Length + dbias.Length;
        var partials = stream.Scratch(slices * stride);
        gradient.Run(stream, sizes, n, x, dy, sumsBias: !dbias.IsNone, partials, stride);
        tree.Run(stream, slices, partials, stride, dw, dbias, accumulate);
    }
}
