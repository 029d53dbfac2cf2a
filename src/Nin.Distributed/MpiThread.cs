using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Nin.Distributed;

/// <summary>What the thread does next: gather pieces of a number of bytes, or sum a number of floats, in the host's memory or a device's.</summary>
readonly unsafe struct MpiWork(void* data, long length, bool isSum, DeviceWork? onDevice = null)
{
    public readonly void* Data = data;
    public readonly long Length = length;
    public readonly bool IsSum = isSum;
    public readonly DeviceWork? OnDevice = onDevice;
}

/// <summary>The one thread that calls MPI.</summary>
sealed unsafe class MpiThread : ILink, IDisposable
{
    const int DataTag = 1, ReadyTag = 2;

    // Longer messages begin when the other side is ready, so that waiting for it takes no processor time and the transfer no naps.
    const int EagerLength = 1 << 16;

    const int LongestMessage = 1 << 30;

    readonly RanksOptions options;
    readonly Thread thread;
    readonly Queue<MpiWork> work = new();
    readonly SemaphoreSlim queued = new(0);
    readonly ManualResetEventSlim idle = new(initialState: true), started = new();
    readonly Lock gate = new();
    readonly DeviceWaits devices;
    OpenMpi? mpi;
    ExceptionDispatchInfo? failure;
    volatile bool someoneWaits, leaving, failureIsKnown;
    bool isCudaAware;
    int abortWith;
    Heartbeats? heartbeats;
    long begun, waited;
    float* scratch;
    long scratchLength;

    MpiThread(RanksOptions options)
    {
        this.options = options;
        OwnWork = new Watchdog(options.Silence, options.Timeout, TimeProvider.System);
        devices = new DeviceWaits(ready: () => queued.Release());
        thread = new Thread(Run) { IsBackground = true, Name = "Nin ranks" };
    }

    /// <inheritdoc/>
    public int Rank { get; private set; }

    /// <inheritdoc/>
    public int Size { get; private set; }

    /// <summary>See <see cref="Ranks.WaitingShare"/>.</summary>
    public double WaitingShare => begun == 0 ? 0 : (double)Volatile.Read(ref waited) / Math.Max(1, Now - begun);

    /// <summary>Watches this rank's own work.</summary>
    public Watchdog OwnWork { get; }

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
        ThrowFailure();
        if (begun == 0 && next.IsSum) begun = Now;
        lock (gate)
        {
            idle.Reset();
            work.Enqueue(next);
        }

        queued.Release();
    }

    /// <summary>Adds a sum of what a device has yet to compute.</summary>
    public void Queue(DeviceSum sum)
    {
        // Its kernels can be started on the addresses that MPI is given, and not on the pieces of several ranks side by side.
        var next = new DeviceWork(sum, isDirect: isCudaAware && sum.Kind == DeviceKind.Cuda && int.IsPow2(Size));
        Queue(new MpiWork(null, sum.Length, isSum: true, next));
        devices.Queue(next);
    }

    /// <summary>Waits until all work is done.</summary>
    public void Wait()
    {
        long from = Now;
        someoneWaits = true;
        OwnWork.Waits(true);
        idle.Wait();
        OwnWork.Waits(false);
        someoneWaits = false;
        if (begun != 0) Volatile.Write(ref waited, waited + (Now - from));
        ThrowFailure();
    }

    void ThrowFailure()
    {
        if (failure is null) return;
        failureIsKnown = true;
        failure.Throw();
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
        devices.Dispose();
        queued.Dispose();
        idle.Dispose();
        started.Dispose();
        heartbeats?.Dispose();
        NativeMemory.Free(scratch);
    }

    void Run()
    {
        try
        {
            mpi = new OpenMpi(options.Library);
            mpi.Initialize();
            isCudaAware = mpi.IsCudaAware;
            (Rank, Size) = (mpi.Rank, mpi.Size);
            heartbeats = new Heartbeats(mpi, options.Silence);
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
            if (abortWith != 0)
            {
                mpi!.Abort(abortWith);
                return;
            }

            heartbeats!.Leave(pause: () =>
            {
                Watch();
                Thread.Sleep(1);
            });
            mpi!.Complete();
        }
        catch (Exception exception)
        {
            failure = ExceptionDispatchInfo.Capture(exception);
            idle.Set();
            // The caller gets the exception and ends the job; if none does, the others would wait for this rank.
            if (!leaving) SpinWait.SpinUntil(() => leaving || abortWith != 0, options.Silence);
            if (!failureIsKnown && abortWith == 0) Say(exception.Message);
            mpi!.Abort(abortWith != 0 ? abortWith : 1);
        }
    }

    void Serve()
    {
        while (true)
        {
            queued.Wait(Heartbeats.Interval / 4);
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
            if (!work.TryPeek(out var next))
            {
                idle.Set();
                return null;
            }

            return next.OnDevice is { IsReady: false } ? null : next;
        }
    }

    void Do(in MpiWork next)
    {
        if (!next.IsSum)
        {
            Collectives.Gather(this, (byte*)next.Data, next.Length);
        }
        else if (next.OnDevice is { } work)
        {
            work.ThrowFailure();
            Sum(work);
        }
        else
        {
            Sum((float*)next.Data, next.Length);
        }

        lock (gate) work.Dequeue();
    }

    void Sum(DeviceWork work)
    {
        var sum = work.Sum;
        if (work.IsDirect)
        {
            Collectives.Sum(this, sum.Values, sum.Length, sum.Scratch, sum);
            return;
        }

        fixed (float* values = sum.Host) Sum(values, sum.Length);
        sum.FromHost();
    }

    void Sum(float* values, long length)
    {
        Reserve(Collectives.ScratchLength(Size, length));
        Collectives.Sum(this, values, length, scratch);
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
            Finish(with, mpi!.Receive(&received, 1, with, ReadyTag), mpi.Send(&sent, 1, with, ReadyTag), canNap: true);
        }

        while (sendLength > 0 || receiveLength > 0)
        {
            int outgoing = (int)Math.Min(sendLength, LongestMessage), incoming = (int)Math.Min(receiveLength, LongestMessage);
            Finish(
                with, incoming == 0 ? 0 : mpi!.Receive(receive, incoming, with, DataTag), outgoing == 0 ? 0 : mpi!.Send(send, outgoing, with, DataTag),
                canNap: incoming <= EagerLength);
            send += outgoing;
            sendLength -= outgoing;
            receive += incoming;
            receiveLength -= incoming;
        }
    }

    void Finish(int with, nint receiving, nint sending, bool canNap)
    {
        const int Spins = 200;
        long left = long.MaxValue;
        for (int turn = 0; ; turn++)
        {
            // A completed request must not be tested again.
            if (receiving != 0 && mpi!.IsDone(ref receiving)) receiving = 0;
            if (sending != 0 && mpi!.IsDone(ref sending)) sending = 0;
            if (receiving == 0 && sending == 0) return;
            if (turn % Spins == Spins - 1)
            {
                Watch();
                if (abortWith != 0) throw new IOException("The run was ended.");
                // What it sent before may come after its farewell, but not much.
                if (heartbeats!.HasLeft(with)) left = Math.Min(left, Now);
                if (left < Now - Heartbeats.Interval.TotalMilliseconds)
                    throw new IOException($"Rank {with} has left the run, and rank {Rank} has not: it failed, or was told to do less.");
                // The processor belongs to whoever computes, unless that waits for this.
                if (canNap && !someoneWaits) Thread.Sleep(1);
                else Thread.Yield();
            }
        }
    }

    void Watch()
    {
        heartbeats!.Watch();
        if (OwnWork.Overdue() is not { } what) return;
        // The thread that would receive an exception is the one that hangs.
        Say($"{what}. {Heartbeats.ResumeAdvice}");
        mpi!.Abort(1);
    }

    void Say(string text) => Console.Error.WriteLine($"rank {Rank} of {Size}: {text}");
}
