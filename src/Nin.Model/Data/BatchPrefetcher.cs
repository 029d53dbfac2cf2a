using System.Runtime.ExceptionServices;

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
