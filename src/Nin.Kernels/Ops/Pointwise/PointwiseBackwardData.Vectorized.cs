namespace Nin.Ops;

/// <summary>The matrix product of the convolution, whose windows are the pixels themselves.</summary>
sealed class PointwiseBackwardDataVectorized(CpuDevice device) : IPointwiseBackwardData
{
    readonly Conv2dBackwardDataVectorized convolution = new(device);

    public void Run(DeviceStream stream, in PointwiseSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate) =>
        convolution.Run(stream, sizes.AsConv2d, n, dy, w, dx, accumulate);
}
