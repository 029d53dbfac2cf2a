namespace Nin.Ops;

/// <summary>
/// Both products over a few examples at a time, so that the hidden channels are still in the cache when the second product reads them.
/// </summary>
sealed unsafe class PointwiseMlpForwardVectorized(CpuDevice device) : IPointwiseMlpForward
{
    public void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, in PointwiseMlpWeights weights, bool lastRelu, DeviceView h, DeviceView y)
    {
        Conv2dSizes first = sizes.First, second = sizes.Second;
        int step = PointwiseMlpChunk.Examples(sizes, device.Threads);
        GemmWeights packed1 = new(device.Pool, first, IsTransposed: false), packed2 = new(device.Pool, second, IsTransposed: false);
        ConvolutionGeometry g1 = packed1.Geometry, g2 = packed2.Geometry;
        long length1 = Prepacking.ScratchLength(packed1, weights.First), length2 = Prepacking.ScratchLength(packed2, weights.Second);
        long workspace = Math.Max(ImplicitGemm.WorkspaceLength(device.Pool, g1), ImplicitGemm.WorkspaceLength(device.Pool, g2));
        long hidden = h.IsNone ? first.OutputLength * Math.Min(step, n) : 0;
        float* scratch = stream.Scratch(length1 + length2 + workspace + hidden).Pointer;
        float* w1 = Prepacking.Get(packed1, weights.First, scratch);
        float* w2 = Prepacking.Get(packed2, weights.Second, scratch + length1);
        float* work = scratch + length1 + length2;
        TileEpilogue end1 = TileEpilogue.Of(weights.FirstBias.Pointer, relu: true), end2 = TileEpilogue.Of(weights.SecondBias.Pointer, lastRelu);
        for (int i = 0; i < n; i += step)
        {
            int count = Math.Min(step, n - i);
            float* hi = h.IsNone ? work + workspace : h.Pointer + i * first.OutputLength;
            ImplicitGemm.Run(device.Pool, g1, count, x.Pointer + i * first.InputLength, w1, end1, accumulate: false, hi, work);
            ImplicitGemm.Run(device.Pool, g2, count, hi, w2, end2, accumulate: false, y.Pointer + i * second.OutputLength, work);
        }
    }
}

/// <summary>
/// All products block by block where there are enough leaves for the threads; else one product after the other, where the
/// gradient of the hidden channels takes their place once the second weights' gradient has read them. Both give the same bits.
/// </summary>
sealed unsafe class PointwiseMlpBackwardVectorized(CpuDevice device) : IPointwiseMlpBackward
{
    public void Run(
        DeviceStream stream, in PointwiseMlpSizes sizes, int n, DeviceView x, DeviceView h, DeviceView y, bool lastRelu,
        in PointwiseMlpWeights weights, DeviceView dy, DeviceView dx, in PointwiseMlpGradients gradients,
        bool accumulateData, bool accumulateWeights)
    {
        var pool = device.Pool;
        var plan = new PointwiseMlpPlan(pool, sizes, n);
        GemmWeights packed1 = new(pool, sizes.First, IsTransposed: true), packed2 = new(pool, sizes.Second, IsTransposed: true);
        long length1 = dx.IsNone ? 0 : Prepacking.ScratchLength(packed1, weights.First), length2 = Prepacking.ScratchLength(packed2, weights.Second);
        var products = new PointwiseMlpProducts(pool, sizes, n);
        float* scratch = stream.Scratch(length1 + length2 + (plan.IsWorthwhile ? plan.WorkspaceLength : products.WorkspaceLength)).Pointer;
        float* w1 = dx.IsNone ? null : Prepacking.Get(packed1, weights.First, scratch);
        float* w2 = Prepacking.Get(packed2, weights.Second, scratch + length1);
        var job = new PointwiseMlpBlocks
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
            Scratch = scratch + length1 + length2,
        };
        if (plan.IsWorthwhile) job.Run(pool, gradients, accumulateWeights);
        else products.Run(job, gradients, accumulateWeights);
    }
}

/// <summary>How many examples go through both products of a pointwise MLP at a time.</summary>
static class PointwiseMlpChunk
{
    // Half of a level-2 cache of one megabyte, and enough pixels that the threads have pieces to share.
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

/// <summary>The gradients of a pointwise MLP as one product after the other, each shared by all threads.</summary>
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
        productLength = Math.Max(Needed(sizes.First), Needed(sizes.Second));
    }

    /// <summary>Floats of scratch: those of one product at a time, and the hidden gradient of a few examples.</summary>
    public long WorkspaceLength => productLength + chunk * sizes.First.OutputLength;

    /// <summary>Runs what the job describes; its plan is not used.</summary>
    public void Run(in PointwiseMlpBlocks job, in PointwiseMlpGradients gradients, bool accumulate)
    {
        Conv2dSizes first = sizes.First, second = sizes.Second;
        float* work = job.Scratch;
        if (job.Y is not null) Mask(job.Y, job.DY, job.DY, batch * second.OutputLength);
        Wgrad.Run(
            pool, second, batch, job.H, job.DY, accumulate, gradients.Second.Pointer, gradients.SecondBias.Pointer, work);

        // h is no longer needed as a factor; its signs mask its gradient, which takes its place.
        float* dh = work + productLength;
        for (int i = 0; i < batch; i += chunk)
        {
            int count = Math.Min(chunk, batch - i);
            float* h = job.H + i * first.OutputLength;
            ImplicitGemm.Run(
                pool, ConvolutionGeometry.Dgrad(second), count, job.DY + i * second.OutputLength, job.W2, TileEpilogue.None, accumulate: false, dh, work);
            Mask(h, dh, h, count * first.OutputLength);
        }

        Wgrad.Run(
            pool, first, batch, job.X, job.H, accumulate, gradients.First.Pointer, gradients.FirstBias.Pointer, work);
        if (job.DX is null) return;
        ImplicitGemm.Run(
            pool, ConvolutionGeometry.Dgrad(first), batch, job.H, job.W1, TileEpilogue.None, job.AccumulateData, job.DX, work);
    }

    void Mask(float* y, float* dy, float* dx, long length) =>
        ElementwiseJob<ActivationGradients<Relu>>.Run(pool, length, new(default, y, dy, dx, accumulate: false));

    long Needed(in Conv2dSizes product) => Math.Max(
        ImplicitGemm.WorkspaceLength(pool, ConvolutionGeometry.Dgrad(product)), Wgrad.WorkspaceLength(pool, product, batch));
}
