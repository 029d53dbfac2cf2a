using System.Runtime.InteropServices;

namespace Nin.Distributed;

/// <summary>
/// Heartbeats and farewells: every second each rank tells the next one that it is alive, and when it leaves it tells all. Used by the thread that calls MPI.
/// </summary>
sealed unsafe class Heartbeats : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The end of each message that ends a run.</summary>
    public const string ResumeAdvice = "The last checkpoint is intact: continue from it with --resume.";

    const int AliveTag = 3, LeaveTag = 4;

    readonly OpenMpi mpi;
    readonly TimeSpan silence;
    readonly int before, after;
    // Written and read by MPI between two calls, so they are not in a managed object: the heartbeat that is sent, the one that comes in, and each rank's farewell.
    readonly byte* bytes;
    // The request for the farewell of each other rank; 0 where it has come, and for this rank.
    readonly nint[] farewells;
    nint sent, received;
    long heardAt = Now, sentAt;

    public Heartbeats(OpenMpi mpi, TimeSpan silence)
    {
        this.mpi = mpi;
        this.silence = silence;
        (before, after) = ((mpi.Rank + mpi.Size - 1) % mpi.Size, (mpi.Rank + 1) % mpi.Size);
        bytes = (byte*)NativeMemory.AllocZeroed((nuint)mpi.Size + 2);
        farewells = new nint[mpi.Size];
        for (int rank = 0; rank < mpi.Size; rank++)
        {
            if (rank != mpi.Rank) farewells[rank] = mpi.Receive(bytes + 2 + rank, 1, rank, LeaveTag);
        }
    }

    static long Now => Environment.TickCount64;

    /// <summary>Sends a heartbeat when one is due, and checks those of the rank before.</summary>
    /// <exception cref="IOException">The rank before has been silent for too long.</exception>
    public void Watch()
    {
        if (mpi.Size == 1) return;
        if (Now - sentAt >= Interval.TotalMilliseconds && (sent == 0 || mpi.IsDone(ref sent)))
        {
            sent = mpi.Send(bytes, 1, after, AliveTag);
            sentAt = Now;
        }

        if (received == 0) received = mpi.Receive(bytes + 1, 1, before, AliveTag);
        while (mpi.IsDone(ref received))
        {
            heardAt = Now;
            received = mpi.Receive(bytes + 1, 1, before, AliveTag);
        }

        if (Now - heardAt > silence.TotalMilliseconds)
            throw new IOException(
                $"Rank {before} has not answered rank {mpi.Rank} for {(Now - heardAt) / 1000} seconds: it hangs, or its machine or the network is gone. {ResumeAdvice}");
    }

    /// <summary>Whether a rank has said that it leaves. What it sent before may still come.</summary>
    public bool HasLeft(int rank)
    {
        if (farewells[rank] == 0) return true;
        if (!mpi.IsDone(ref farewells[rank])) return false;
        farewells[rank] = 0;
        return true;
    }

    /// <summary>Tells all that this rank leaves, and waits until all do: rank 0 may have much to write before.</summary>
    /// <param name="pause">Called while it waits; it watches that the others live.</param>
    public void Leave(Action pause)
    {
        for (int rank = 0; rank < mpi.Size; rank++)
        {
            if (rank == mpi.Rank) continue;
            nint sending = mpi.Send(bytes, 1, rank, LeaveTag);
            while (!mpi.IsDone(ref sending)) pause();
        }

        for (int rank = 0; rank < mpi.Size; rank++)
        {
            while (rank != mpi.Rank && !HasLeft(rank)) pause();
        }
    }

    /// <summary>Frees its memory: after MPI, which writes into it, is over.</summary>
    public void Dispose() => NativeMemory.Free(bytes);
}
