using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>
/// An implicit matrix product over windows of the gradient, by Winograd's method where that suits the shape; weights packed once a version.
/// </summary>
sealed unsafe class Conv2dBackwardDataVectorized(CpuDevice device) : IConv2dBackwardData
{
    static readonly ConvolutionPanels.Pack Pack = ConvolutionBackwardData.PackWeights;
    static readonly ConvolutionPanels.Pack PackPoints = WinogradConvolution.PackTransposed;

    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate)
    {
        WorkerPool pool = device.Pool;
        Conv2dSizes transposed = WinogradSizes.Transpose(sizes);
        if (WinogradSizes.Suits(transposed))
        {
            float* points = ConvolutionPanels.WithWorkspace(
                stream, typeof(Conv2dBackwardDataVectorized), pool, sizes, w, WinogradConvolution.PackedLength(pool, transposed), PackPoints,
                WinogradConvolution.WorkspaceLength(pool, transposed), out float* space);
            WinogradConvolution.Run(pool, transposed, n, dy.Pointer, points, bias: null, relu: false, accumulate, dx.Pointer, space);
            return;
        }

        float* packed = ConvolutionPanels.WithWorkspace(
            stream, typeof(Conv2dBackwardDataVectorized), pool, sizes, w, ConvolutionBackwardData.PackedLength(pool, sizes), Pack,
            ConvolutionBackwardData.WorkspaceLength(pool, sizes), out float* workspace);
        ConvolutionBackwardData.Run(pool, sizes, n, dy.Pointer, packed, accumulate, dx.Pointer, workspace);
    }
}
