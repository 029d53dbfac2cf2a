using System.Runtime.ExceptionServices;

namespace Nin.Data;

/// <summary>Fills the batches of one epoch, one after another, from the first that is wanted.</summary>
/// <param name="loading">Makes the images of a batch.</param>
/// <param name="order">Their order.</param>
/// <param name="batchSize">Images per batch.</param>
/// <param name="firstBatch">Batches that are left out.</param>
/// <param name="filled">Called with each batch that was filled.</param>
sealed class EpochFiller(LoadingThreads loading, int[] order, int batchSize, int firstBatch, Action<ImageBatch>? filled = null)
{
    // The product may be one batch size above the last index, which is an int.
    int next = (int)Math.Min((long)firstBatch * batchSize, order.Length);

    /// <summary>Fills the epoch's next batch; false if there is none.</summary>
    public bool Fill(ImageBatch batch, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        int count = Math.Min(batchSize, order.Length - next);
        if (count == 0)
            return false;
        batch.Begin(order.AsSpan(next, count), loading.Data);
        loading.Fill(batch, cancellation);
        next += count;
        filled?.Invoke(batch);
        return true;
    }
}

/// <summary>
/// The thread that fills a batch and others that help: each takes the next image that is left. An image depends on seed, epoch and its index
/// alone, so the batch has the same bits however many they are.
/// </summary>
/// <remarks>
/// Threads share a batch, not an epoch: a batch is ready sooner, order is kept by itself, and no more batches are in memory than with one thread.
/// Nothing is allocated per batch. Where several images fail, the first in the batch is reported. Disposal ends the threads and waits for them; no
/// batch may be under way then.
/// </remarks>
sealed class LoadingThreads : IDisposable
{
    readonly int epoch;
    readonly ImageTransform own;
    readonly Thread[] helpers;
    readonly SemaphoreSlim begun = new(0);
    readonly SemaphoreSlim ended = new(0);
    readonly Lock gate = new();
    ImageBatch? batch;
    CancellationToken cancellation;
    ExceptionDispatchInfo? failure;
    int failed;
    int taken;
    volatile bool failing, stopping;

    /// <summary>Starts the threads that help.</summary>
    /// <param name="data">Where the images are.</param>
    /// <param name="options">What is made of them.</param>
    /// <param name="epoch">Epoch, from 0.</param>
    /// <param name="threads">All together, with the one that calls <see cref="Fill"/>.</param>
    public LoadingThreads(ImageDataset data, DataLoaderOptions options, int epoch, int threads)
    {
        (Data, this.epoch) = (data, epoch);
        own = new ImageTransform(data, options);
        helpers = new Thread[threads - 1];
        for (int i = 0; i < helpers.Length; i++)
        {
            var transform = new ImageTransform(data, options);
            helpers[i] = new Thread(() => Help(transform)) { IsBackground = true, Name = "Nin images" };
        }

        foreach (var helper in helpers) helper.Start();
    }

    /// <summary>Where the images are.</summary>
    public ImageDataset Data { get; }

    /// <summary>Makes all images of a batch that has begun.</summary>
    public void Fill(ImageBatch batch, CancellationToken cancellation)
    {
        (this.batch, this.cancellation, failure, failing, taken) = (batch, cancellation, null, false, 0);
        int called = Math.Min(helpers.Length, batch.Count - 1);
        if (called > 0) begun.Release(called);
        Work(own);
        for (int i = 0; i < called; i++) ended.Wait(CancellationToken.None);
        failure?.Throw();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stopping = true;
        if (helpers.Length > 0) begun.Release(helpers.Length);
        foreach (var helper in helpers) helper.Join();
        begun.Dispose();
        ended.Dispose();
    }

    void Help(ImageTransform transform)
    {
        while (true)
        {
            begun.Wait();
            if (stopping) return;
            Work(transform);
            ended.Release();
        }
    }

    void Work(ImageTransform transform)
    {
        var current = batch!;
        // Positions are taken in order: when one fails, all before it are taken and come to their end, so that the first failure is always the same.
        for (int position; !failing && (position = Interlocked.Increment(ref taken) - 1) < current.Count;)
        {
            try
            {
                cancellation.ThrowIfCancellationRequested();
                current.Write(position, transform, epoch);
            }
            catch (Exception e)
            {
                Fail(position, e);
            }
        }
    }

    void Fail(int position, Exception exception)
    {
        lock (gate)
        {
            if (failure is not null && failed < position) return;
            (failure, failed) = (ExceptionDispatchInfo.Capture(exception), position);
            failing = true;
        }
    }
}
