using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>An implicit matrix product over windows of the gradient, with weights packed once a version.</summary>
sealed unsafe class Conv2dBackwardDataVectorized(CpuDevice device) : IConv2dBackwardData
{
    static readonly ConvolutionPanels.Pack Pack = ConvolutionBackwardData.PackWeights;

    public void Run(DeviceStream stream, in Conv2dSizes sizes, int n, DeviceView dy, in Weights w, DeviceView dx, bool accumulate)
    {
        long packedLength = ConvolutionBackwardData.PackedLength(device.Pool, sizes);
        long panels = ConvolutionPanels.ScratchLength(w, packedLength);
        float* scratch = stream.Scratch(panels + ConvolutionBackwardData.WorkspaceLength(device.Pool, sizes)).Pointer;
        float* packed = ConvolutionPanels.Get(typeof(Conv2dBackwardDataVectorized), device.Pool, sizes, w, packedLength, Pack, scratch);
        ConvolutionBackwardData.Run(device.Pool, sizes, n, dy.Pointer, packed, accumulate, dx.Pointer, scratch + panels);
    }
}
