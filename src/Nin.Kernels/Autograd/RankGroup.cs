using System.Runtime.InteropServices;

namespace Nin;

/// <summary>
/// The processes, called ranks, that train one network together, each on its own part of every batch. Every rank makes the same calls in the same
/// order; one thread of a rank uses it. <c>Nin.Distributed</c> has one over Open MPI.
/// </summary>
public abstract class RankGroup : IDisposable
{
    /// <summary>This process, from 0.</summary>
    public abstract int Rank { get; }

    /// <summary>How many there are, 1 or more.</summary>
    public abstract int Count { get; }

    /// <summary>Gives every rank what each of them has.</summary>
    /// <param name="own">This rank's bytes, equally many on all.</param>
    /// <param name="all">Overwritten: the bytes of rank 0, of rank 1 and so on; <see cref="Count"/> times as long.</param>
    /// <exception cref="IOException">A rank ended or does not answer: the message names it.</exception>
    public abstract void Gather(ReadOnlySpan<byte> own, Span<byte> all);

    /// <summary>
    /// Begins to replace numbers by their sums over the ranks, the same bits on each: the binary tree <c>((r0 + r1) + (r2 + r3)) + ...</c>, in which a node
    /// without a right half is its left one. Several sums may be under way; each is for the piece of the same call of the other ranks.
    /// </summary>
    /// <param name="values">Host memory, not to be touched before <see cref="FinishSums"/> returns.</param>
    /// <param name="length">Numbers, the same on all ranks.</param>
    public abstract unsafe void BeginSum(float* values, long length);

    /// <summary>Waits for all sums that were begun.</summary>
    /// <exception cref="IOException">A rank ended or does not answer: the message names it.</exception>
    public abstract void FinishSums();

    /// <summary>
    /// Begins the same with numbers that an accelerator computes. A group that cannot read such memory has them copied to the host's and back, as this does,
    /// one sum after another.
    /// </summary>
    /// <param name="sum">Not to be touched before <see cref="FinishSums"/> returns.</param>
    public virtual unsafe void BeginSum(DeviceSum sum)
    {
        ArgumentNullException.ThrowIfNull(sum);
        sum.ToHost();
        fixed (float* values = sum.Host)
        {
            BeginSum(values, sum.Length);
            FinishSums();
        }


        sum.FromHost();
    }

    /// <summary>
    /// Says that this rank begins work that the others will wait for, in place of what it did before: a group may end a run whose work goes on no more.
    /// </summary>
    /// <param name="kind">What it is, as a message can say it.</param>
    /// <param name="repeats">Whether work of this kind takes about the same time whenever it is done, so that the first times tell how long that is.</param>
    public virtual void BeginWork(string kind, bool repeats = false)
    {
    }

    /// <summary>Reports progress: a layer is computed, a file read.</summary>
    public virtual void Progressed()
    {
    }

    /// <summary>Says that the work is over, and that nobody waits for what comes now.</summary>
    public virtual void EndWork()
    {
    }

    /// <summary>Leaves the group.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back what a derived class holds.</summary>
    /// <param name="disposing">True where it is called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>What the steps of one rank's pass need to know of the others.</summary>
abstract class RankPass(RankGroup group)
{
    byte[] gathered = [];

    /// <summary>The ranks.</summary>
    public RankGroup Group { get; } = group;

    /// <summary>Whether batch normalisation takes the statistics of the whole batch, and not of this rank's part.</summary>
    public abstract bool SynchronizesStatistics { get; }

    /// <summary>Examples of the whole batch.</summary>
    public abstract int Examples { get; }

    /// <summary>Examples of a full part: the first ones of a batch have this many.</summary>
    public abstract int PartLength { get; }

    /// <summary>
    /// True where the batch has no example for this rank: it goes along with one that counts nothing, so that all ranks make the same calls.
    /// </summary>
    public abstract bool IsEmpty { get; }

    /// <summary>Called after a step has gone backward, which has written or added to the gradients of these parameters.</summary>
    /// <param name="parameters">Those of the step.</param>
    /// <param name="stream">Where that work is queued.</param>
    public abstract void WentBackward(IReadOnlyList<Parameter> parameters, DeviceStream stream);

    /// <summary>What each rank has, one after another; valid until the next call.</summary>
    public Span<T> Gather<T>(ReadOnlySpan<T> own)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(own);
        int length = bytes.Length * Group.Count;
        if (gathered.Length < length) gathered = new byte[length];
        Group.Gather(bytes, gathered.AsSpan(0, length));
        return MemoryMarshal.Cast<byte, T>(gathered.AsSpan(0, length));
    }
}
