using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>
/// All products block by block where slices of eight examples are enough for the threads; else one product after the other, where the
/// gradient of the hidden channels takes their place once the second weights' gradient has read them. Both give the same bits.
/// </summary>
sealed unsafe class PointwiseMlpBackwardVectorized(CpuDevice device) : IPointwiseMlpBackward
{
    static readonly ConvolutionPanels.Pack Pack = ConvolutionBackwardData.PackWeights;

    public void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, DeviceView h, DeviceView y, bool lastRelu,
        in PointwiseMlpWeights weights, DeviceView dy, DeviceView dx, in PointwiseMlpGradients gradients,
        bool accumulateData, bool accumulateWeights)
    {
        var pool = device.Pool;
        Conv2dSizes first = sizes.First.AsConv2d, second = sizes.Second.AsConv2d;
        var plan = new PointwiseMlpSlicesPlan(pool, sizes, n);
        long packed1 = ConvolutionBackwardData.PackedLength(pool, first), packed2 = ConvolutionBackwardData.PackedLength(pool, second);
        long panels1 = ConvolutionPanels.ScratchLength(weights.First, packed1), panels2 = ConvolutionPanels.ScratchLength(weights.Second, packed2);
        var products = new PointwiseMlpProducts(pool, sizes, n);
        float* scratch = stream.Scratch(panels1 + panels2 + (plan.IsWorthwhile ? plan.WorkspaceLength : products.WorkspaceLength)).Pointer;
        float* w2 = ConvolutionPanels.Get(
            typeof(Conv2dBackwardDataVectorized), pool, second, weights.Second, packed2, Pack, scratch + panels1);
        float* w1 = dx.IsNone
            ? null
            : ConvolutionPanels.Get(typeof(Conv2dBackwardDataVectorized), pool, first, weights.First, packed1, Pack, scratch);
        var job = new PointwiseMlpSlices
        {
            Plan = plan,
            Batch = n,
            X = x.Pointer,
            H = h.Pointer,
            Y = lastRelu ? y.Pointer : null,
            DY = dy.Pointer,
            DX = dx.IsNone ? null : dx.Pointer,
            AccumulateData = accumulateData,
            W1 = w1,
            W2 = w2,
            Scratch = scratch + panels1 + panels2,
        };
        if (plan.IsWorthwhile) job.Run(pool, gradients, accumulateWeights);
        else products.Run(job, gradients, accumulateWeights);
    }
}
