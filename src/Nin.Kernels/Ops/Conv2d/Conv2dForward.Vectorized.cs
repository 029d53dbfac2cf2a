using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>An implicit matrix product over windows, by Winograd's method where that suits the shape; weights packed once a version.</summary>
sealed unsafe class Conv2dForwardVectorized(CpuDevice device) : IConv2dForward
{
    static readonly ConvolutionPanels.Pack Pack = ConvolutionForward.PackWeights;
    static readonly ConvolutionPanels.Pack PackPoints = WinogradConvolution.PackWeights;

    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y)
    {
        WorkerPool pool = device.Pool;
        if (WinogradSizes.Suits(sizes))
        {
            float* points = ConvolutionPanels.WithWorkspace(
                stream, typeof(Conv2dForwardVectorized), pool, sizes, w, WinogradConvolution.PackedLength(pool, sizes), PackPoints,
                WinogradConvolution.WorkspaceLength(pool, sizes), out float* space);
            WinogradConvolution.Run(pool, sizes, n, x.Pointer, points, bias.Pointer, relu, accumulate: false, y.Pointer, space);
            return;
        }

        float* packed = ConvolutionPanels.WithWorkspace(
            stream, typeof(Conv2dForwardVectorized), pool, sizes, w, ConvolutionForward.PackedLength(pool, sizes), Pack,
            ConvolutionForward.WorkspaceLength(pool, sizes), out float* workspace);
        ConvolutionForward.Run(pool, sizes, n, x.Pointer, packed, bias.Pointer, relu, y.Pointer, workspace);
    }
}
