using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>A matrix product over pixels, slice by slice, by Winograd's method where that suits the shape.</summary>
sealed unsafe class Conv2dBackwardWeightsVectorized(CpuDevice device) : IConv2dBackwardWeights
{
    readonly ChannelSumVectorized biasGradient = new(device);

    public void Run(
        DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, DeviceView dy, DeviceView dw, DeviceView dbias, bool accumulate)
    {
        if (!WinogradSizes.SuitsWeights(sizes))
        {
            float* scratch = stream.Scratch(ConvolutionBackwardWeights.WorkspaceLength(device.Pool, sizes, n)).Pointer;
            ConvolutionBackwardWeights.Run(
                device.Pool, sizes, n, x.Pointer, dy.Pointer, accumulate, dw.Pointer, dbias.Pointer, scratch);
            return;
        }

        // The sum of dy has scratch of its own, and is done before this op asks.
        if (!dbias.IsNone) biasGradient.Run(stream, sizes.OutHeight * sizes.OutWidth, sizes.Filters, n, dy, dbias, accumulate);
        float* workspace = stream.Scratch(WinogradBackwardWeights.WorkspaceLength(device.Pool, sizes, n)).Pointer;
        WinogradBackwardWeights.Run(device.Pool, sizes, n, x.Pointer, dy.Pointer, accumulate, dw.Pointer, workspace);
    }
}
