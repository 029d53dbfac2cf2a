using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>A matrix product over pixels, slice by slice.</summary>
sealed unsafe class Conv2dBackwardWeightsVectorized(CpuDevice device) : IConv2dBackwardWeights
{
    public void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate)
    {
        float* scratch = stream.Scratch(ConvolutionBackwardWeights.WorkspaceLength(device.Pool, sizes, n)).Pointer;
        ConvolutionBackwardWeights.Run(
            device.Pool, sizes, n, x.Pointer, dy.Pointer, accumulate, dw.Pointer, dbias.Pointer, scratch);
    }
}
