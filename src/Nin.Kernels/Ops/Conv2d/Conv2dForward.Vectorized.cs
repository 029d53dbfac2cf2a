using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>An implicit matrix product over windows, with weights packed once a version.</summary>
sealed unsafe class Conv2dForwardVectorized(CpuDevice device) : IConv2dForward
{
    static readonly ConvolutionPanels.Pack Pack = ConvolutionForward.PackWeights;

    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView x, in Weights w, DeviceView bias, bool relu, DeviceView y)
    {
        long packedLength = ConvolutionForward.PackedLength(device.Pool, sizes);
        long panels = ConvolutionPanels.ScratchLength(w, packedLength);
        float* scratch = stream.Scratch(panels + ConvolutionForward.WorkspaceLength(device.Pool, sizes)).Pointer;
        float* packed = ConvolutionPanels.Get(typeof(Conv2dForwardVectorized), device.Pool, sizes, w, packedLength, Pack, scratch);
        ConvolutionForward.Run(device.Pool, sizes, n, x.Pointer, packed, bias.Pointer, relu, y.Pointer, scratch + panels);
    }
}
