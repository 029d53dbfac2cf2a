using System.Runtime.InteropServices;

namespace Nin.Distributed;

/// <summary>
/// What ranks tell each other beside their work: every second to the next one that they are alive, and to all that they leave. Used by the thread that calls MPI.
/// </summary>
sealed unsafe class RankSigns : IDisposable
{
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>What a message ends with that ends a run.</summary>
    public const string GoOn = "The last checkpoint is whole: go on from it with --resume.";

    const int AliveTag = 3, LeaveTag = 4;

    readonly OpenMpi mpi;
    readonly TimeSpan silence;
    readonly int before, after;
    // Written and read by MPI between two calls, so they do not lie in an object: the sign that is sent, the one that comes in, and each rank's farewell.
    readonly byte* signs;
    // Of each other rank the request for its farewell; 0 where it came, or is this rank's own.
    readonly nint[] farewells;
    nint sent, received;
    long heard = Now, told;

    public RankSigns(OpenMpi mpi, TimeSpan silence)
    {
        this.mpi = mpi;
        this.silence = silence;
        (before, after) = ((mpi.Rank + mpi.Size - 1) % mpi.Size, (mpi.Rank + 1) % mpi.Size);
        signs = (byte*)NativeMemory.AllocZeroed((nuint)mpi.Size + 2);
        farewells = new nint[mpi.Size];
        for (int rank = 0; rank < mpi.Size; rank++)
        {
            if (rank != mpi.Rank) farewells[rank] = mpi.Receive(signs + 2 + rank, 1, rank, LeaveTag);
        }
    }

    static long Now => Environment.TickCount64;

    /// <summary>Tells that this rank is alive, when it is time to.</summary>
    /// <exception cref="IOException">The rank before has not told so for too long.</exception>
    public void Watch()
    {
        if (mpi.Size == 1) return;
        if (Now - told >= Beat.TotalMilliseconds && (sent == 0 || mpi.IsDone(ref sent)))
        {
            sent = mpi.Send(signs, 1, after, AliveTag);
            told = Now;
        }

        if (received == 0) received = mpi.Receive(signs + 1, 1, before, AliveTag);
        while (mpi.IsDone(ref received))
        {
            heard = Now;
            received = mpi.Receive(signs + 1, 1, before, AliveTag);
        }

        if (Now - heard > silence.TotalMilliseconds)
            throw new IOException(
                $"Rank {before} has not answered rank {mpi.Rank} for {(Now - heard) / 1000} seconds: it hangs, or its machine or the network is gone. {GoOn}");
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
            nint sending = mpi.Send(signs, 1, rank, LeaveTag);
            while (!mpi.IsDone(ref sending)) pause();
        }

        for (int rank = 0; rank < mpi.Size; rank++)
        {
            while (rank != mpi.Rank && !HasLeft(rank)) pause();
        }
    }

    /// <summary>Frees its memory: after MPI, which writes into it, is over.</summary>
    public void Dispose() => NativeMemory.Free(signs);
}
