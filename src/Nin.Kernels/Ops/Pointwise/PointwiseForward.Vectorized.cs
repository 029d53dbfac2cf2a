namespace Nin.Ops;

/// <summary>The matrix product of the convolution, whose windows are the pixels themselves.</summary>
sealed class PointwiseForwardVectorized(CpuDevice device) : IPointwiseForward
{
    readonly Conv2dForwardVectorized convolution = new(device);

    public void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y) =>
        convolution.Run(stream, sizes.AsConv2d, n, x, w, bias, relu, y);
}
