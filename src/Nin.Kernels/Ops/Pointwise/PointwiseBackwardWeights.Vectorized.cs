namespace Nin.Ops;

/// <summary>The matrix product of the convolution, whose windows are the pixels themselves.</summary>
sealed class PointwiseBackwardWeightsVectorized(CpuDevice device) : IPointwiseBackwardWeights
{
    readonly Conv2dBackwardWeightsVectorized convolution = new(device);

    public void Run(
        DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate) =>
        convolution.Run(stream, sizes.AsConv2d, n, x, dy, dw, dbias, accumulate);
}
