using Nin.Vectorized;

namespace Nin.Ops;

/// <summary>
/// The gradient goes back through both products; the gradient of the hidden channels takes scratch of its own, because the hidden channels
/// themselves are the other factor of the second weights' gradient.
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
        var layout = new Layout(pool, first, second, n, weights);
        float* scratch = stream.Scratch(layout.Length).Pointer;
        float* work = scratch + layout.Panels1 + layout.Panels2;
        if (lastRelu) ReluMask.Run(pool, y.Pointer, dy.Pointer, n * sizes.Second.OutputLength);
        ConvolutionBackwardWeights.Run(
            pool, second, n, h.Pointer, dy.Pointer, accumulateWeights, gradients.Second.Pointer, gradients.SecondBias.Pointer, work);

        // h is done with as a factor; its signs mask its gradient.
        float* w2 = ConvolutionPanels.Get(
            typeof(Conv2dBackwardDataVectorized), pool, second, weights.Second, layout.Packed2, Pack, scratch + layout.Panels1);
        float* dh = work + layout.Workspace;
        ConvolutionBackwardData.Run(pool, second, n, dy.Pointer, w2, accumulate: false, dh, work);
        ReluMask.Run(pool, h.Pointer, dh, n * sizes.First.OutputLength);
        ConvolutionBackwardWeights.Run(
            pool, first, n, x.Pointer, dh, accumulateWeights, gradients.First.Pointer, gradients.FirstBias.Pointer, work);
        if (dx.IsNone) return;
        float* w1 = ConvolutionPanels.Get(typeof(Conv2dBackwardDataVectorized), pool, first, weights.First, layout.Packed1, Pack, scratch);
        ConvolutionBackwardData.Run(pool, first, n, dh, w1, accumulateData, dx.Pointer, work);
    }

    /// <summary>How the scratch is divided: panels of both products, the workspace of one at a time, the gradient of the hidden channels.</summary>
    readonly struct Layout
    {
        public Layout(WorkerPool pool, in Conv2dSizes first, in Conv2dSizes second, int n, in PointwiseMlpWeights weights)
        {
            Packed1 = ConvolutionBackwardData.PackedLength(pool, first);
            Packed2 = ConvolutionBackwardData.PackedLength(pool, second);
            Panels1 = ConvolutionPanels.ScratchLength(weights.First, Packed1);
            Panels2 = ConvolutionPanels.ScratchLength(weights.Second, Packed2);
            Workspace = Math.Max(Needed(pool, first, n), Needed(pool, second, n));
            Length = Panels1 + Panels2 + Workspace + n * first.OutputLength;
        }

        public long Packed1 { get; }

        public long Packed2 { get; }

        public long Panels1 { get; }

        public long Panels2 { get; }

        public long Workspace { get; }

        public long Length { get; }

        static long Needed(WorkerPool pool, in Conv2dSizes sizes, int n) => Math.Max(
            ConvolutionBackwardData.WorkspaceLength(pool, sizes), ConvolutionBackwardWeights.WorkspaceLength(pool, sizes, n));
    }
}
