using Nin.Vectorized;

namespace Nin.Ops;

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
        if (job.Y is not null) ReluMask.Run(pool, job.Y, job.DY, batch * second.OutputLength);
        ConvolutionBackwardWeights.Run(
            pool, second, batch, job.H, job.DY, accumulate, gradients.Second.Pointer, gradients.SecondBias.Pointer, work);

        // h is done with as a factor; its signs mask its gradient, which takes its place.
        float* dh = work + productLength;
        for (int i = 0; i < batch; i += chunk)
        {
            int count = Math.Min(chunk, batch - i);
            float* h = job.H + i * first.OutputLength;
            ConvolutionBackwardData.Run(pool, second, count, job.DY + i * second.OutputLength, job.W2, accumulate: false, dh, work);
            ReluMask.Run(pool, h, dh, h, count * first.OutputLength);
        }

        ConvolutionBackwardWeights.Run(
            pool, first, batch, job.X, job.H, accumulate, gradients.First.Pointer, gradients.FirstBias.Pointer, work);
        if (job.DX is not null) ConvolutionBackwardData.Run(pool, first, batch, job.H, job.W1, job.AccumulateData, job.DX, work);
    }

    long Needed(in Conv2dSizes product) => Math.Max(
        ConvolutionBackwardData.WorkspaceLength(pool, product), ConvolutionBackwardWeights.WorkspaceLength(pool, product, batch));
}
