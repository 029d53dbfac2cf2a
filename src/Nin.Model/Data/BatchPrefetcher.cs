using System.Runtime.ExceptionServices;
using Nin.Ops;

namespace Nin.Data;

/// <summary>
/// Fills batches on a thread of its own, in order, as many ahead as there are buffers. An exception there is thrown by <see cref="Next"/>,
/// after the batches that came before it. Disposal stops the thread and waits for it.
/// </summary>
/// <remarks>One lock guards the queues; passing a batch on allocates nothing.</remarks>
sealed class BatchPrefetcher : IDisposable
{
    readonly Lock gate = new();
    readonly SemaphoreSlim freed;
    readonly SemaphoreSlim filled = new(0);
    readonly Queue<ImageBatch> free;
    readonly Queue<ImageBatch> ready;
    readonly Func<ImageBatch, CancellationToken, bool> fill;
    readonly CancellationTokenSource stop;
    readonly CancellationToken callersToken;
    readonly Thread thread;
    ExceptionDispatchInfo? failure;
    ImageBatch? lent;
    bool ended;

    public BatchPrefetcher(
        Func<ImageBatch, CancellationToken, bool> fill, IReadOnlyCollection<ImageBatch> buffers, CancellationToken cancellation)
    {
        this.fill = fill;
        free = new Queue<ImageBatch>(buffers);
        ready = new Queue<ImageBatch>(buffers.Count);
        freed = new SemaphoreSlim(buffers.Count);
        callersToken = cancellation;
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        thread = new Thread(Run) { IsBackground = true, Name = "Nin batches" };
        thread.Start();
    }

    /// <summary>The next batch, or null at the end. The batch handed out before goes back to be filled.</summary>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public ImageBatch? Next()
    {
        if (lent is not null)
        {
            lock (gate)
                free.Enqueue(lent);
            lent = null;
            freed.Release();
        }

        filled.Wait(callersToken);
        lock (gate)
        {
            if (ready.TryDequeue(out lent))
                return lent;
        }

        filled.Release(); // once at the end, it stays there
        if (failure?.SourceException is OperationCanceledException)
            callersToken.ThrowIfCancellationRequested(); // the caller knows this token, not the thread's own
        failure?.Throw();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (ended)
            return;
        ended = true;
        stop.Cancel();
        thread.Join();
        stop.Dispose();
        freed.Dispose();
        filled.Dispose();
    }

    void Run()
    {
        try
        {
            while (true)
            {
                freed.Wait(stop.Token);
                ImageBatch batch;
                lock (gate)
                    batch = free.Dequeue();
                if (!fill(batch, stop.Token))
                    break;
                lock (gate)
                    ready.Enqueue(batch);
                filled.Release();
            }
        }
        catch (Exception e)
        {
            failure = ExceptionDispatchInfo.Capture(e);
        }

        filled.Release();
    }
}

/// <summary>Fills the batches of one epoch, one after another, from the first that is wanted.</summary>
/// <param name="data">Where the images are.</param>
/// <param name="transform">Makes them the network's input.</param>
/// <param name="order">Their order.</param>
/// <param name="batchSize">Images per batch.</param>
/// <param name="firstBatch">Batches that are left out.</param>
/// <param name="epoch">Epoch, from 0.</param>
/// <param name="filled">Called with each batch that was filled.</param>
sealed class EpochFiller(
    ImageDataset data, ImageTransform transform, int[] order, int batchSize, int firstBatch, int epoch, Action<ImageBatch>? filled = null)
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
        batch.Fill(order.AsSpan(next, count), data, transform, epoch, cancellation);
        next += count;
        filled?.Invoke(batch);
        return true;
    }
}

/// <summary>The order in which an epoch visits the samples: a pure function of seed, epoch and count.</summary>
public static class Sampler
{
    /// <summary>Fills <paramref name="order"/> with 0, 1, 2 and so on.</summary>
    public static void Sequential(Span<int> order)
    {
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
    }

    /// <summary>
    /// Fills <paramref name="order"/> with a random permutation of 0 .. Length - 1 (Fisher and Yates; step i draws Philox word i).
    /// </summary>
    public static void Shuffled(Span<int> order, ulong seed, int epoch)
    {
        Sequential(order);
        for (int i = order.Length - 1; i > 0; i--)
        {
            PhiloxBlock bits = Philox4x32.Block(seed, RandomPurpose.Shuffle, (uint)epoch, (uint)i, 0);
            int j = (int)Philox4x32.ToBelow(bits.X0, (uint)i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }
}
