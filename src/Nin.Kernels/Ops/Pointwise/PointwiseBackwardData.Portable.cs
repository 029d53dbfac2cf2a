namespace Nin.Ops;

/// <summary>The convolution's product of transposed weights, with one tap.</summary>
sealed class PointwiseBackwardDataPortable(IWindowProduct product) : IPointwiseBackwardData
{
    readonly Conv2dBackwardDataPortable convolution = new(product);

    public void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate) =>
        convolution.Run(stream, sizes.AsConv2d, n, dy, w, dx, accumulate);
}
