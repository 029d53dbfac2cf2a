using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Nin.Distributed;

/// <summary>What the thread does next: gather pieces of so many bytes, or sum so many floats.</summary>
readonly unsafe struct MpiWork(void* data, long length, bool isSum)
{
    public readonly void* Data = data;
    public readonly long Length = length;
    public readonly bool IsSum = isSum;
}

/// <summary>The one thread that calls MPI.</summary>
sealed unsafe class MpiThread : ILink, IDisposable
{
    const int DataTag = 1, ReadyTag = 2, AliveTag = 3, LeaveTag = 4;

    // Longer messages begin when the other side is ready, so that waiting for it takes no processor time and the transfer no naps.
    const int EagerLength = 1 << 16;

    const int LongestMessage = 1 << 30;

    static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    readonly RanksOptions options;
    readonly Thread thread;
    readonly Queue<MpiWork> work = new();
    readonly SemaphoreSlim queued = new(0);
    readonly ManualResetEventSlim idle = new(initialState: true), started = new();
    readonly Lock gate = new();
    OpenMpi? mpi;
    ExceptionDispatchInfo? failure;
    volatile bool someoneWaits, leaving;
    int abortWith;
    nint aliveSent, aliveReceived;
    long heard, told, begun, waited;
    // Written and read by MPI between two calls, so they do not lie in an object.
    readonly byte* signs = (byte*)NativeMemory.AllocZeroed(2);
    float* scratch;
    long scratchLength;

    MpiThread(RanksOptions options)
    {
        this.options = options;
        thread = new Thread(Run) { IsBackground = true, Name = "Nin ranks" };
    }

    /// <inheritdoc/>
    public int Rank { get; private set; }

    /// <inheritdoc/>
    public int Size { get; private set; }

    /// <summary>See <see cref="Ranks.WaitingShare"/>.</summary>
    public double WaitingShare => begun == 0 ? 0 : (double)Volatile.Read(ref waited) / Math.Max(1, Now - begun);

    static long Now => Environment.TickCount64;

    public static MpiThread Start(RanksOptions options)
    {
        var started = new MpiThread(options);
        started.thread.Start();
        started.started.Wait();
        started.failure?.Throw();
        return started;
    }

    /// <summary>Adds work, which is done in the order of the calls.</summary>
    public void Queue(MpiWork next)
    {
        failure?.Throw();
        if (begun == 0 && next.IsSum) begun = Now;
        lock (gate)
        {
            idle.Reset();
            work.Enqueue(next);
        }

        queued.Release();
    }

    /// <summary>Waits until all work is done.</summary>
    public void Wait()
    {
        long from = Now;
        someoneWaits = true;
        idle.Wait();
        someoneWaits = false;
        if (begun != 0) Volatile.Write(ref waited, waited + (Now - from));
        failure?.Throw();
    }

    public void Abort(int exitCode)
    {
        abortWith = Math.Max(exitCode, 1);
        queued.Release();
        // Open MPI ends this process, too; where it cannot, it ends here.
        thread.Join(TimeSpan.FromSeconds(5));
        Environment.Exit(abortWith);
    }

    public void Dispose()
    {
        leaving = true;
        queued.Release();
        thread.Join();
        queued.Dispose();
        idle.Dispose();
        started.Dispose();
        NativeMemory.Free(scratch);
        NativeMemory.Free(signs);
    }

    void Run()
    {
        try
        {
            mpi = new OpenMpi();
            mpi.Initialize();
            (Rank, Size) = (mpi.Rank, mpi.Size);
            heard = Now;
        }
        catch (Exception exception)
        {
            failure = ExceptionDispatchInfo.Capture(exception);
        }

        started.Set();
        if (failure is not null) return;
        try
        {
            Serve();
            if (abortWith != 0) mpi!.Abort(abortWith);
            else Leave();
        }
        catch (Exception exception)
        {
            failure = ExceptionDispatchInfo.Capture(exception);
            idle.Set();
            // Whoever called hears of it and ends the job; if nobody does, others would wait for this rank.
            if (!leaving) SpinWait.SpinUntil(() => leaving || abortWith != 0, options.Silence);
            mpi!.Abort(abortWith != 0 ? abortWith : 1);
        }
    }

    void Serve()
    {
        while (true)
        {
            queued.Wait(Beat / 4);
            if (abortWith != 0) return;
            Watch();
            while (Next() is { } next) Do(next);
            if (leaving) return;
        }
    }

    MpiWork? Next()
    {
        lock (gate)
        {
            if (work.TryPeek(out var next)) return next;
            idle.Set();
            return null;
        }
    }

    void Do(in MpiWork next)
    {
        if (!next.IsSum)
        {
            Collectives.Gather(this, (byte*)next.Data, next.Length);
        }
        else
        {
            Reserve(Collectives.ScratchLength(Size, next.Length));
            Collectives.Sum(this, (float*)next.Data, next.Length, scratch);
        }

        lock (gate) work.Dequeue();
    }

    void Reserve(long length)
    {
        if (length <= scratchLength) return;
        scratch = (float*)NativeMemory.Realloc(scratch, checked((nuint)length * sizeof(float)));
        scratchLength = length;
    }

    /// <inheritdoc/>
    public void Exchange(int with, byte* send, long sendLength, byte* receive, long receiveLength)
    {
        if (Math.Max(sendLength, receiveLength) > EagerLength)
        {
            byte sent = 1, received = 0;
            Finish(mpi!.Receive(&received, 1, with, ReadyTag), mpi.Send(&sent, 1, with, ReadyTag), canNap: true);
        }

        while (sendLength > 0 || receiveLength > 0)
        {
            int outgoing = (int)Math.Min(sendLength, LongestMessage), incoming = (int)Math.Min(receiveLength, LongestMessage);
            Finish(
                incoming == 0 ? 0 : mpi!.Receive(receive, incoming, with, DataTag), outgoing == 0 ? 0 : mpi!.Send(send, outgoing, with, DataTag),
                canNap: incoming <= EagerLength);
            send += outgoing;
            sendLength -= outgoing;
            receive += incoming;
            receiveLength -= incoming;
        }
    }

    void Finish(nint receiving, nint sending, bool canNap)
    {
        const int Spins = 200;
        for (int turn = 0; ; turn++)
        {
            // A request that is over is tested no more.
            if (receiving != 0 && mpi!.IsDone(ref receiving)) receiving = 0;
            if (sending != 0 && mpi!.IsDone(ref sending)) sending = 0;
            if (receiving == 0 && sending == 0) return;
            if (turn % Spins == Spins - 1)
            {
                Watch();
                if (abortWith != 0) throw new IOException("The run was ended.");
                // The processor belongs to whoever computes, unless that waits for this.
                if (canNap && !someoneWaits) Thread.Sleep(1);
                else Thread.Yield();
            }
        }
    }

    // Every second a sign of life to the next rank; and the one before must give one, too.
    void Watch()
    {
        if (Size == 1) return;
        if (Now - told >= Beat.TotalMilliseconds && (aliveSent == 0 || mpi!.IsDone(ref aliveSent)))
        {
            aliveSent = mpi!.Send(signs, 1, (Rank + 1) % Size, AliveTag);
            told = Now;
        }

        int before = (Rank + Size - 1) % Size;
        if (aliveReceived == 0) aliveReceived = mpi!.Receive(signs + 1, 1, before, AliveTag);
        while (mpi!.IsDone(ref aliveReceived))
        {
            heard = Now;
            aliveReceived = mpi!.Receive(signs + 1, 1, before, AliveTag);
        }

        if (Now - heard > options.Silence.TotalMilliseconds)
        {
            throw new IOException(
                $"Rank {before} has not answered rank {Rank} for {(Now - heard) / 1000} seconds: it hangs, or its machine or the network is gone. The last checkpoint is whole; " +
                "start again with --resume.");
        }
    }

    // Finalising waits for all: one that failed elsewhere would keep the others waiting, so they first tell each other that they are done.
    void Leave()
    {
        byte own = 1;
        var left = stackalloc byte[Size];
        long until = Now + (long)options.Silence.TotalMilliseconds;
        for (int rank = 0; rank < Size; rank++)
        {
            if (rank == Rank) continue;
            nint receiving = mpi!.Receive(left + rank, 1, rank, LeaveTag), sending = mpi.Send(&own, 1, rank, LeaveTag);
            bool received = false, sent = false;
            while (!(received = received || mpi.IsDone(ref receiving)) | !(sent = sent || mpi.IsDone(ref sending)))
            {
                if (Now > until)
                {
                    Console.Error.WriteLine($"Rank {Rank} has left, and rank {rank} has not for {options.Silence.TotalSeconds} seconds: the run is ended on all ranks.");
                    mpi.Abort(1);
                    return;
                }

                Thread.Sleep(1);
            }
        }

        mpi!.Complete();
    }
}
