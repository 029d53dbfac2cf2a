using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Nin.Images;

/// <summary>
/// Lets requests of several threads share a batch. The first one leads: it waits for others, runs the batch when it is full or its time is over,
/// and the others take their answers from it. There is no thread of its own, and a request that is alone waits no longer than the delay.
/// </summary>
/// <remarks>Once as many requests have come at the same time before, it allocates nothing.</remarks>
sealed class RequestBatcher(ClassifierWorkers workers, int maxBatch, TimeSpan maxDelay)
{
    readonly Lock gate = new();
    readonly Stack<SharedBatch> spare = new();
    SharedBatch? open;

    /// <summary>Answers one image with the probabilities of its classes.</summary>
    public void Predict(ReadOnlySpan<byte> pixels, Span<float> probabilities)
    {
        var (batch, place) = Join();
        try
        {
            if (place == 0) batch.Worker = workers.Rent();
            if (place == 0) batch.Lead(this, pixels, maxDelay);
            else batch.Follow(place, pixels);
            batch.Answer(place, probabilities);
        }
        catch (Exception exception) when (place == 0)
        {
            Close(batch);
            batch.Fail(exception);
            throw;
        }
        finally
        {
            Leave(batch);
        }
    }

    /// <summary>Lets no more requests into a batch, and says how many are in it.</summary>
    public int Close(SharedBatch batch)
    {
        lock (gate)
        {
            if (open == batch) open = null;
            return batch.Joined;
        }
    }

    (SharedBatch Batch, int Place) Join()
    {
        lock (gate)
        {
            open ??= spare.TryPop(out var idle) ? idle : new SharedBatch(maxBatch);
            var batch = open;
            int place = batch.Join();
            if (place == maxBatch - 1) open = null;
            return (batch, place);
        }
    }

    void Leave(SharedBatch batch)
    {
        lock (gate)
        {
            if (!batch.LeaveIsLast()) return;
            if (batch.Worker is { } worker) workers.Return(worker);
            batch.Reset();
            spare.Push(batch);
        }
    }
}

/// <summary>A batch that is being filled, run or read.</summary>
sealed class SharedBatch(int capacity)
{
    readonly object gate = new();
    ExceptionDispatchInfo? failure;
    int joined, left, written;
    bool ready, done;

    /// <summary>The worker that runs it, which the leader rents.</summary>
    public ClassifierWorker? Worker { get; set; }

    /// <summary>Requests that are in it.</summary>
    public int Joined => Volatile.Read(ref joined);

    /// <summary>Takes the next place. The batcher's lock is held.</summary>
    public int Join() => joined++;

    /// <summary>Counts one that leaves. The batcher's lock is held; after the batch was closed only, or others could still join.</summary>
    public bool LeaveIsLast() => ++left == joined;

    /// <summary>Makes it a new one.</summary>
    public void Reset()
    {
        (Worker, failure, joined, left, written, ready, done) = (null, null, 0, 0, 0, false, false);
    }

    /// <summary>Waits for others, and runs the batch.</summary>
    public void Lead(RequestBatcher batcher, ReadOnlySpan<byte> pixels, TimeSpan maxDelay)
    {
        Worker!.Set(0, pixels);
        long started = Stopwatch.GetTimestamp();
        int count;
        lock (gate)
        {
            written++;
            ready = true;
            Monitor.PulseAll(gate);
            while (written < capacity && Stopwatch.GetElapsedTime(started) is var waited && waited < maxDelay) Monitor.Wait(gate, maxDelay - waited);
            count = batcher.Close(this);
            while (written < count) Monitor.Wait(gate);
        }

        Worker.Run(count);
        lock (gate)
        {
            done = true;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Writes an image and waits until the leader has run it.</summary>
    public void Follow(int place, ReadOnlySpan<byte> pixels)
    {
        lock (gate)
        {
            while (!ready && failure is null) Monitor.Wait(gate);
            failure?.Throw();
        }

        Worker!.Set(place, pixels);
        lock (gate)
        {
            written++;
            Monitor.PulseAll(gate);
            while (!done && failure is null) Monitor.Wait(gate);
            failure?.Throw();
        }
    }

    /// <summary>Reads an answer.</summary>
    public void Answer(int place, Span<float> probabilities) => Worker!.Probabilities(place, probabilities);

    /// <summary>Gives the leader's failure to the others.</summary>
    public void Fail(Exception exception)
    {
        lock (gate)
        {
            failure = ExceptionDispatchInfo.Capture(exception);
            Monitor.PulseAll(gate);
        }
    }
}
