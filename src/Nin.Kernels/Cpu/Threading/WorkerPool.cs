using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Nin.Ops;

/// <summary>
/// Persistent threads that share the pieces of one job with the thread that calls <see cref="Run"/>. A call allocates nothing.
/// </summary>
/// <remarks>
/// Pieces are claimed one at a time from <see cref="tickets"/>, so that a thread which is held up costs only its own piece, and a
/// parked thread that wakes too late costs nothing. A job lives on its caller's stack: the caller leaves only when every piece that
/// was claimed is done, and a ticket names its run, so that nobody claims from a run that is over. While one run is under way,
/// another one (from a second session, or from inside a job) runs on its caller's thread alone; results do not depend on it.
/// </remarks>
sealed unsafe class WorkerPool : IDisposable
{
    const int Spins = 200;
    const int PausesPerSpin = 8;

    readonly Thread[] workers;
    readonly object gate = new();

    // Upper half: number of the run. Lower half: pieces of it that are still to be claimed.
    long tickets;
    int busy;
    int parked;
    volatile bool stopping;

    // What the present run is. Written before its tickets are published, and stable as long as one of its pieces is not done.
    delegate*<void*, int, int, void> execute;
    void* job;
    int count;
    int done;
    ExceptionDispatchInfo? failure;

    /// <param name="threads">Threads that compute, the caller's own counted: at least 1.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        workers = new Thread[threads - 1];
        for (int i = 0; i < workers.Length; i++)
        {
            int worker = i + 1;
            workers[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"Nin worker {worker}" };
            workers[i].Start();
        }
    }

    /// <summary>Threads that compute, the caller's own counted.</summary>
    public int Threads => workers.Length + 1;

    /// <summary>Bits of a register that jobs run here compute with: the machine's best unless a test asks for a narrower one.</summary>
    public int Width { get; init; } = SimdWidth.Best;

    /// <summary>
    /// Runs the pieces 0 to <paramref name="count"/> - 1 and returns when all are done; rethrows the first failure of one.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public void Run<TJob>(int count, ref TJob job)
        where TJob : struct, IJob
    {
        ObjectDisposedException.ThrowIf(stopping, this);
        if (count <= 1 || workers.Length == 0 || Interlocked.CompareExchange(ref busy, 1, 0) != 0)
        {
            for (int i = 0; i < count; i++)
            {
                job.Execute(i, worker: 0);
            }

            return;
        }

        // A copy on this stack, which no collection moves.
        TJob shared = job;
        try
        {
            Share(count, &Execute<TJob>, Unsafe.AsPointer(ref shared));
        }
        finally
        {
            job = shared;
            Volatile.Write(ref busy, 0);
        }
    }

    /// <summary>Ends the threads. No run may be under way.</summary>
    public void Dispose()
    {
        stopping = true;
        lock (gate)
        {
            Monitor.PulseAll(gate);
        }

        foreach (Thread worker in workers)
        {
            worker.Join();
        }
    }

    static void Execute<TJob>(void* job, int index, int worker)
        where TJob : struct, IJob
        => Unsafe.AsRef<TJob>(job).Execute(index, worker);

    void Share(int count, delegate*<void*, int, int, void> execute, void* job)
    {
        this.execute = execute;
        this.job = job;
        this.count = count;
        done = 0;
        failure = null;
        long run = (long)(uint)((Volatile.Read(ref tickets) >> 32) + 1) << 32;

        // A full fence: either this thread sees the worker parked, or the worker sees the tickets before it sleeps.
        Interlocked.Exchange(ref tickets, run | (uint)count);
        if (Volatile.Read(ref parked) > 0)
        {
            lock (gate)
            {
                Monitor.PulseAll(gate);
            }
        }

        ExecuteClaimed(worker: 0);
        var wait = default(SpinWait);
        while (Volatile.Read(ref done) < count)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }

        failure?.Throw();
    }

    void Work(int worker)
    {
        while (!stopping)
        {
            ExecuteClaimed(worker);
            Await();
        }
    }

    void ExecuteClaimed(int worker)
    {
        long seen = Volatile.Read(ref tickets);
        while ((uint)seen > 0)
        {
            long before = Interlocked.CompareExchange(ref tickets, seen - 1, seen);
            if (before != seen)
            {
                seen = before;
                continue;
            }

            ExecuteOne(count - (int)(uint)seen, worker);
            seen = Volatile.Read(ref tickets);
        }
    }

    void ExecuteOne(int index, int worker)
    {
        try
        {
            if (Volatile.Read(ref failure) is null)
            {
                execute(job, index, worker);
            }
        }
#pragma warning disable CA1031 // Whatever a job throws belongs to the caller of Run, not to this thread.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
        }

        Interlocked.Increment(ref done);
    }

    void Await()
    {
        for (int i = 0; i < Spins; i++)
        {
            if ((uint)Volatile.Read(ref tickets) > 0 || stopping)
            {
                return;
            }

            Thread.SpinWait(PausesPerSpin);
        }

        lock (gate)
        {
            Interlocked.Increment(ref parked);
            while ((uint)Volatile.Read(ref tickets) == 0 && !stopping)
            {
                Monitor.Wait(gate);
            }

            Interlocked.Decrement(ref parked);
        }
    }
}

/// <summary>Work cut into independent pieces, which a <see cref="WorkerPool"/> runs in any order on any thread.</summary>
interface IJob
{
    /// <summary>
    /// Computes piece <paramref name="index"/>. What it computes must not depend on <paramref name="worker"/>, which only names
    /// the scratch memory that is this thread's own (0 to <see cref="WorkerPool.Threads"/> - 1).
    /// </summary>
    void Execute(int index, int worker);
}
