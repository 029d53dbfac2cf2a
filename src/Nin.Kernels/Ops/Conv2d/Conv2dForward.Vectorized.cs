using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>An implicit matrix product over windows, by Winograd's method where that suits the shape; weights packed once a version.</summary>
sealed unsafe class Conv2dForwardVectorized(CpuDevice device) : IConv2dForward
{
    static readonly ConvolutionPanels.Pack Pack = ConvolutionForward.PackWeights;
    static readonly ConvolutionPanels.Pack PackPoints = WinogradConvolution.PackWeights;

    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y)
    {
        bool winograd = WinogradSizes.Suits(sizes);
        WorkerPool pool = device.Pool;
        long packedLength = winograd ? WinogradConvolution.PackedLength(pool, sizes) : ConvolutionForward.PackedLength(pool, sizes);
        long panels = ConvolutionPanels.ScratchLength(w, packedLength);
        long workspace = winograd ? WinogradConvolution.WorkspaceLength(pool, sizes) : ConvolutionForward.WorkspaceLength(pool, sizes);
        float* scratch = stream.Scratch(panels + workspace).Pointer;
        float* packed = ConvolutionPanels.Get(
            typeof(Conv2dForwardVectorized), pool, sizes, w, packedLength, winograd ? PackPoints : Pack, scratch);
        if (winograd)
        {
            WinogradConvolution.Run(
                pool, sizes, n, x.Pointer, packed, bias.Pointer, relu, accumulate: false, y.Pointer, scratch + panels);
        }
        else
        {
            ConvolutionForward.Run(pool, sizes, n, x.Pointer, packed, bias.Pointer, relu, y.Pointer, scratch + panels);
        }
    }
}
