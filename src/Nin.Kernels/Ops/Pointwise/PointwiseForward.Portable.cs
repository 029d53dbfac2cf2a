namespace Nin.Ops;

/// <summary>The convolution's product, with one tap.</summary>
sealed class PointwiseForwardPortable(IWindowProduct product) : IPointwiseForward
{
    readonly Conv2dForwardPortable convolution = new(product);

    public void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y) =>
        convolution.Run(stream, sizes.AsConv2d, n, x, w, bias, relu, y);
}
