using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Nin.Ops;

/// <summary>
/// Persistent threads that share the pieces of the jobs that are under way with the threads that called <see cref="Run"/>. A call allocates
/// nothing.
/// </summary>
/// <remarks>
/// <para>
/// Each run takes a slot. Pieces are claimed one at a time from the slot's <see cref="Slot.Tickets"/>, so that a thread which is held up costs
/// only its own piece, and a parked thread that wakes too late costs nothing. A job lives on its caller's stack: the caller leaves only when
/// every piece that was claimed is done, and a ticket names its run, so that nobody claims from a run that is over.
/// </para>
/// <para>
/// Several sessions run at once, each in a slot of its own. A worker takes one piece and looks at the next slot, so that all get their
/// share of the workers; a caller works on its own job only. Results do not depend on who computes which piece.
/// </para>
/// </remarks>
sealed unsafe class WorkerPool : IDisposable
{
    const int Spins = 200;
    const int PausesPerSpin = 8;

    // Runs at once that workers help with. A further one computes on its caller's thread alone.
    const int Slots = 16;

    readonly Thread[] workers;
    readonly object gate = new();
    readonly Slot[] slots = new Slot[Slots];
    readonly int spins;
    PaddedCounters shared;
    volatile bool stopping;

    /// <param name="threads">Threads that compute, the caller's own counted: at least 1.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        for (int i = 0; i < Slots; i++) slots[i] = new Slot();
        // Spinning pays where a worker has a core to itself; where it has not, it takes the core from a thread that has work.
        spins = threads <= Environment.ProcessorCount ? Spins : 0;
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

    /// <summary>Times that a parked worker was woken, for tests.</summary>
    internal int Wakes { get; private set; }

    /// <summary>
    /// Runs the pieces 0 to <paramref name="count"/> - 1 and returns when all are done; rethrows the first failure of one. Any number of threads
    /// may call it at once, and a piece may call it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public void Run<TJob>(int count, ref TJob job)
        where TJob : struct, IJob
    {
        ObjectDisposedException.ThrowIf(stopping, this);
        if (count <= 1 || workers.Length == 0 || TakeSlot() is not { } slot)
        {
            for (int i = 0; i < count; i++) job.Execute(i, worker: 0);
            return;
        }

        // A copy on this stack, which no collection moves.
        TJob copy = job;
        try
        {
            Share(slot, count, &Execute<TJob>, Unsafe.AsPointer(ref copy));
        }
        finally
        {
            job = copy;
            Volatile.Write(ref slot.Taken, 0);
        }
    }

    /// <summary>Ends the threads; a second call does nothing. No run may be under way.</summary>
    public void Dispose()
    {
        stopping = true;
        lock (gate) Monitor.PulseAll(gate);
        foreach (Thread worker in workers) worker.Join();
    }

    static void Execute<TJob>(void* job, int index, int worker)
        where TJob : struct, IJob
        => Unsafe.AsRef<TJob>(job).Execute(index, worker);

    Slot? TakeSlot()
    {
        foreach (Slot slot in slots)
        {
            if (Volatile.Read(ref slot.Taken) == 0 && Interlocked.CompareExchange(ref slot.Taken, 1, 0) == 0) return slot;
        }

        return null;
    }

    void Share(Slot slot, int count, delegate*<void*, int, int, void> execute, void* job)
    {
        // A full fence: either this thread sees a worker parked, or the worker sees the open run before it sleeps.
        Interlocked.Increment(ref shared.OpenRuns);
        slot.Begin(count, execute, job);
        Wake(count - 1);
        while (ExecuteOne(slot, worker: 0))
        {
        }

        var wait = default(SpinWait);
        while (Volatile.Read(ref slot.Done) < count) wait.SpinOnce(sleep1Threshold: -1);
        slot.Failure?.Throw();
    }

    // No more than there are pieces for: a thread that finds nothing to do has cost a switch of context for nothing.
    void Wake(int pieces)
    {
        if (Volatile.Read(ref shared.Parked) == 0) return;
        lock (gate)
        {
            int wakes = Math.Min(pieces, shared.Parked);
            for (int i = 0; i < wakes; i++) Monitor.Pulse(gate);
            Wakes += wakes;
            // Counted here, not by the worker when it runs: until then the next run would wake it a second time.
            shared.Parked -= wakes;
        }
    }

    void Work(int worker)
    {
        int next = worker % Slots;
        while (!stopping)
        {
            bool found = false;
            for (int i = 0; i < Slots && Volatile.Read(ref shared.OpenRuns) > 0; i++)
            {
                found |= ExecuteOne(slots[next], worker);
                next = (next + 1) % Slots;
            }

            if (!found) Await();
        }
    }

    bool ExecuteOne(Slot slot, int worker)
    {
        int index = slot.Claim(out bool isLast);
        // Before it is executed: from here on there is nothing to look for in this run.
        if (isLast) Interlocked.Decrement(ref shared.OpenRuns);
        if (index >= 0) slot.Execute(index, worker);
        return index >= 0;
    }

    void Await()
    {
        for (int i = 0; i < spins; i++)
        {
            if (Volatile.Read(ref shared.OpenRuns) > 0 || stopping) return;
            Thread.SpinWait(PausesPerSpin);
        }

        lock (gate)
        {
            shared.Parked++;
            Interlocked.MemoryBarrier();
            if (shared.OpenRuns > 0 || stopping)
            {
                shared.Parked--;
                return;
            }

            // Pulsed once for each time that it was counted down: it need not look again.
            Monitor.Wait(gate);
        }
    }

    /// <summary>A run. What one thread writes while others read something else lies on a cache line of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 5 * Line)]
    sealed class Slot
    {
        // Two lines of 64 bytes, which processors fetch as a pair; Arm's may have 128.
        const int Line = 128;

        // What the run is. Written before its tickets are published, and stable as long as one of its pieces is not done.
        [FieldOffset(0)]
        ExceptionDispatchInfo? failure;
        [FieldOffset(8)]
        delegate*<void*, int, int, void> execute;
        [FieldOffset(16)]
        void* job;
        [FieldOffset(24)]
        int count;

        /// <summary>1 while a caller has the slot.</summary>
        [FieldOffset(Line)]
        public int Taken;

        /// <summary>Upper half: number of the run. Lower half: pieces of it that are still to be claimed.</summary>
        [FieldOffset(2 * Line)]
        public long Tickets;

        /// <summary>Pieces of the run that are done.</summary>
        [FieldOffset(3 * Line)]
        public int Done;

        /// <summary>What the first piece that failed threw.</summary>
        public ExceptionDispatchInfo? Failure => failure;

        /// <summary>Publishes a run.</summary>
        public void Begin(int count, delegate*<void*, int, int, void> execute, void* job)
        {
            this.execute = execute;
            this.job = job;
            this.count = count;
            Done = 0;
            failure = null;
            long run = (long)(uint)((Volatile.Read(ref Tickets) >> 32) + 1) << 32;
            Interlocked.Exchange(ref Tickets, run | (uint)count);
        }

        /// <summary>Claims a piece: its index, or -1 where none is left.</summary>
        public int Claim(out bool isLast)
        {
            long seen = Volatile.Read(ref Tickets);
            while ((uint)seen > 0)
            {
                long before = Interlocked.CompareExchange(ref Tickets, seen - 1, seen);
                if (before == seen)
                {
                    isLast = (uint)seen == 1;
                    return count - (int)(uint)seen;
                }

                seen = before;
            }

            isLast = false;
            return -1;
        }

        /// <summary>Executes a piece that was claimed.</summary>
        public void Execute(int index, int worker)
        {
            try
            {
                if (Volatile.Read(ref failure) is null) execute(job, index, worker);
            }
#pragma warning disable CA1031 // Whatever a job throws belongs to the caller of Run, not to this thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }

            Interlocked.Increment(ref Done);
        }
    }

    /// <summary>What all threads look at while they have nothing to do, apart from each other and from everything else.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    struct PaddedCounters
    {
        /// <summary>Runs with pieces that nobody has claimed.</summary>
        [FieldOffset(128)]
        public int OpenRuns;

        /// <summary>Workers that wait to be woken and that nobody has woken yet.</summary>
        [FieldOffset(256)]
        public int Parked;
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
