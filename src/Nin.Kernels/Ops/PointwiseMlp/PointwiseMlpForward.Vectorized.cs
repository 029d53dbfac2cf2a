using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>
/// Both products over a few examples at a time, so that the hidden channels are still in the cache when the second product reads them.
/// </summary>
sealed unsafe class PointwiseMlpForwardVectorized(CpuDevice device) : IPointwiseMlpForward
{
    static readonly ConvolutionPanels.Pack Pack = ConvolutionForward.PackWeights;

    public void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, in PointwiseMlpWeights weights, bool lastRelu, DeviceView h, DeviceView y)
    {
        Conv2dSizes first = sizes.First.AsConv2d, second = sizes.Second.AsConv2d;
        int step = PointwiseMlpChunk.Examples(sizes, device.Threads);
        long packed1 = ConvolutionForward.PackedLength(device.Pool, first), packed2 = ConvolutionForward.PackedLength(device.Pool, second);
        long panels1 = ConvolutionPanels.ScratchLength(weights.First, packed1), panels2 = ConvolutionPanels.ScratchLength(weights.Second, packed2);
        long workspace = Math.Max(
            ConvolutionForward.WorkspaceLength(device.Pool, first), ConvolutionForward.WorkspaceLength(device.Pool, second));
        long hidden = h.IsNone ? sizes.First.OutputLength * Math.Min(step, n) : 0;
        float* scratch = stream.Scratch(panels1 + panels2 + workspace + hidden).Pointer;
        float* w1 = ConvolutionPanels.Get(typeof(Conv2dForwardVectorized), device.Pool, first, weights.First, packed1, Pack, scratch);
        float* w2 = ConvolutionPanels.Get(typeof(Conv2dForwardVectorized), device.Pool, second, weights.Second, packed2, Pack, scratch + panels1);
        float* work = scratch + panels1 + panels2;
        for (int i = 0; i < n; i += step)
        {
            int count = Math.Min(step, n - i);
            float* hi = h.IsNone ? work + workspace : h.Pointer + i * sizes.First.OutputLength;
            ConvolutionForward.Run(
                device.Pool, first, count, x.Pointer + i * sizes.First.InputLength, w1, weights.FirstBias.Pointer, relu: true, hi, work);
            ConvolutionForward.Run(
                device.Pool, second, count, hi, w2, weights.SecondBias.Pointer, lastRelu, y.Pointer + i * sizes.Second.OutputLength, work);
        }
    }
}
