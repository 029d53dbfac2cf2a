namespace Nin.Ops;

/// <summary>The convolution's sums of slices and their tree, with one tap.</summary>
sealed class PointwiseBackwardWeightsPortable(AcceleratorDevice device, IWindowGradient gradient) : IPointwiseBackwardWeights
{
    readonly Conv2dBackwardWeightsPortable convolution = new(device, gradient);

    public void Run(
        DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate) =>
        convolution.Run(stream, sizes.AsConv2d, n, x, dy, dw, dbias, accumulate);
}
