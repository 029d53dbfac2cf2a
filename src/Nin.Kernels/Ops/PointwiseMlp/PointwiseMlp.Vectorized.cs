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

/// <summary>How many examples go through both products of a pixel's perceptron at a time.</summary>
static class PointwiseMlpChunk
{
    // Half of a level-2 cache of a megabyte, and pixels enough that the threads have pieces to share.
    const long CacheFloats = 128 * 1024;
    const int PixelsPerThread = 1024;

    /// <summary>Examples of a chunk; results do not depend on it.</summary>
    public static int Examples(in PointwiseMlpSizes sizes, int threads)
    {
        long hidden = sizes.First.OutputLength;
        long fit = threads * CacheFloats / hidden, busy = (long)threads * PixelsPerThread / sizes.Pixels;
        return (int)Math.Clamp(Math.Max(fit, busy), 1, int.MaxValue);
    }
}

/// <summary>The gradients of a pixel's perceptron as one product after the other, each shared by all threads.</summary>
readonly unsafe struct PointwiseMlpProducts
{
    readonly WorkerPool pool;
    readonly PointwiseMlpSizes sizes;
    readonly int batch;
    readonly int chunk;
    readonly long productLength;

    public PointwiseMlpProducts(WorkerPool pool, in PointwiseMlpSizes sizes, int batch)
    {
        (this.pool, this.sizes, this.batch) = (pool, sizes, batch);
        chunk = Math.Min(PointwiseMlpChunk.Examples(sizes, pool.Threads), batch);
        productLength = Math.Max(Needed(sizes.First.AsConv2d), Needed(sizes.Second.AsConv2d));
    }

    /// <summary>Floats of scratch: those of one product at a time, and the hidden gradient of a few examples.</summary>
    public long WorkspaceLength => productLength + chunk * sizes.First.OutputLength;

    /// <summary>Runs what the job describes; its plan is not looked at.</summary>
    public void Run(in PointwiseMlpSlices job, in PointwiseMlpGradients gradients, bool accumulate)
    {
        Conv2dSizes first = sizes.First.AsConv2d, second = sizes.Second.AsConv2d;
        float* work = job.Scratch;
        if (job.Y is not null) Mask(job.Y, job.DY, job.DY, batch * second.OutputLength);
        ConvolutionBackwardWeights.Run(
            pool, second, batch, job.H, job.DY, accumulate, gradients.Second.Pointer, gradients.SecondBias.Pointer, work);

        // h is done with as a factor; its signs mask its gradient, which takes its place.
        float* dh = work + productLength;
        for (int i = 0; i < batch; i += chunk)
        {
            int count = Math.Min(chunk, batch - i);
            float* h = job.H + i * first.OutputLength;
            ConvolutionBackwardData.Run(pool, second, count, job.DY + i * second.OutputLength, job.W2, accumulate: false, dh, work);
            Mask(h, dh, h, count * first.OutputLength);
        }

        ConvolutionBackwardWeights.Run(
            pool, first, batch, job.X, job.H, accumulate, gradients.First.Pointer, gradients.FirstBias.Pointer, work);
        if (job.DX is not null) ConvolutionBackwardData.Run(pool, first, batch, job.H, job.W1, job.AccumulateData, job.DX, work);
    }

    void Mask(float* y, float* dy, float* dx, long length) =>
        ElementwiseJob<ActivationGradients<Relu>>.Run(pool, length, new(default, y, dy, dx, accumulate: false));

    long Needed(in Conv2dSizes product) => Math.Max(
        ConvolutionBackwardData.WorkspaceLength(pool, product), ConvolutionBackwardWeights.WorkspaceLength(pool, product, batch));
}
