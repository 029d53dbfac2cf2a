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
        Conv2dSizes transposed = WinogradSizes.Transpose(sizes);
        bool winograd = WinogradSizes.Suits(transposed);
        WorkerPool pool = device.Pool;
        long packedLength = winograd
            ? WinogradConvolution.PackedLength(pool, transposed)
            : ConvolutionBackwardData.PackedLength(pool, sizes);
        long panels = ConvolutionPanels.ScratchLength(w, packedLength);
        long workspace = winograd
            ? WinogradConvolution.WorkspaceLength(pool, transposed)
            : ConvolutionBackwardData.WorkspaceLength(pool, sizes);
        float* scratch = stream.Scratch(panels + workspace).Pointer;
        float* packed = ConvolutionPanels.Get(
            typeof(Conv2dBackwardDataVectorized), pool, sizes, w, packedLength, winograd ? PackPoints : Pack, scratch);
        if (winograd)
        {
            WinogradConvolution.Run(
                pool, transposed, n, dy.Pointer, packed, bias: null, relu: false, accumulate, dx.Pointer, scratch + panels);
        }
        else
        {
            ConvolutionBackwardData.Run(pool, sizes, n, dy.Pointer, packed, accumulate, dx.Pointer, scratch + panels);
        }
    }
}
