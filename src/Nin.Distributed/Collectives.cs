using System.Numerics;

namespace Nin.Distributed;

/// <summary>How a rank sends bytes to another. One thread uses it.</summary>
unsafe interface ILink
{
    /// <summary>This process.</summary>
    int Rank { get; }

    /// <summary>Processes.</summary>
    int Size { get; }

    /// <summary>Sends to one rank and receives from it as many bytes, at the same time.</summary>
    void Exchange(int with, byte* send, long sendLength, byte* receive, long receiveLength);
}

/// <summary>What ranks compute together, out of exchanges of pairs.</summary>
static unsafe class Collectives
{
    /// <summary>
    /// Gives every rank the pieces of all. Pairs at distance 1, 2, 4 exchange what they have (recursive doubling) where the ranks are a power of two; else each
    /// pair exchanges once.
    /// </summary>
    /// <param name="link">The others.</param>
    /// <param name="all">Room for a piece of each rank; this rank's is in its place.</param>
    /// <param name="length">Bytes of a piece.</param>
    public static void Gather(ILink link, byte* all, long length)
    {
        if (int.IsPow2(link.Size))
        {
            for (int reach = 1; reach < link.Size; reach *= 2)
            {
                int other = link.Rank ^ reach;
                long own = (link.Rank & ~(reach - 1)) * length, theirs = (other & ~(reach - 1)) * length;
                link.Exchange(other, all + own, reach * length, all + theirs, reach * length);
            }

            return;
        }

        ForPairs(link, other => link.Exchange(other, all + link.Rank * length, length, all + other * length, length));
    }

    /// <summary>
    /// Sums over the ranks in the order of the tree, in place. With a power of two of ranks each pair halves what it is responsible for (at distance 1 first,
    /// which is the tree's lowest level), and then doubles it again on the way back (Rabenseifner 2004); every element is added by one rank, so all get the same bits.
    /// </summary>
    /// <param name="link">The others.</param>
    /// <param name="values">Numbers, overwritten by the sums.</param>
    /// <param name="length">How many.</param>
    /// <param name="scratch">As long as <paramref name="values"/>; where the ranks are not a power of two, once for each rank.</param>
    /// <param name="device">What adds, where both are a device's memory and the ranks a power of two; null for the processor.</param>
    public static void Sum(ILink link, float* values, long length, float* scratch, DeviceSum? device = null)
    {
        if (!int.IsPow2(link.Size))
        {
            SumWhole(link, values, length, scratch);
            return;
        }

        // What this rank is responsible for, level by level, and what its partner took.
        int levels = int.Log2(link.Size);
        var kept = stackalloc (long Start, long End, long Middle)[levels];
        long start = 0, end = length;
        for (int level = 0; level < levels; level++)
        {
            int reach = 1 << level, other = link.Rank ^ reach;
            long middle = start + (end - start) / 2;
            kept[level] = (start, end, middle);
            bool left = (link.Rank & reach) == 0;
            (long keep, long keepEnd, long give, long giveEnd) = left ? (start, middle, middle, end) : (middle, end, start, middle);
            link.Exchange(other, (byte*)(values + give), (giveEnd - give) * sizeof(float), (byte*)scratch, (keepEnd - keep) * sizeof(float));
            if (device is null) Add(values + keep, scratch, keepEnd - keep);
            else device.AddScratch(keep, keepEnd - keep);
            (start, end) = (keep, keepEnd);
        }

        for (int level = levels - 1; level >= 0; level--)
        {
            int reach = 1 << level, other = link.Rank ^ reach;
            var (from, to, middle) = kept[level];
            bool left = (link.Rank & reach) == 0;
            (long own, long ownEnd, long theirs, long theirsEnd) = left ? (from, middle, middle, to) : (middle, to, from, middle);
            link.Exchange(other, (byte*)(values + own), (ownEnd - own) * sizeof(float), (byte*)(values + theirs), (theirsEnd - theirs) * sizeof(float));
        }
    }

    public static long ScratchLength(int ranks, long length) => int.IsPow2(ranks) ? length : ranks * length;

    static void SumWhole(ILink link, float* values, long length, float* scratch)
    {
        new Span<float>(values, checked((int)length)).CopyTo(new(scratch + link.Rank * length, (int)length));
        Gather(link, (byte*)scratch, length * sizeof(float));
        for (int reach = 1; reach < link.Size; reach *= 2)
        {
            for (int rank = 0; rank + reach < link.Size; rank += 2 * reach) Add(scratch + rank * length, scratch + (rank + reach) * length, length);
        }

        new Span<float>(scratch, (int)length).CopyTo(new(values, (int)length));
    }

    // Each rank meets each other one once, all in the same order: in round r, ranks whose numbers add up to r.
    static void ForPairs(ILink link, Action<int> exchange)
    {
        for (int round = 0; round < link.Size; round++)
        {
            int other = (round - link.Rank + link.Size) % link.Size;
            if (other != link.Rank) exchange(other);
        }
    }

    static void Add(float* to, float* from, long length)
    {
        long i = 0;
        int width = Vector<float>.Count;
        for (; i + width <= length; i += width)
        {
            (Vector.Load(to + i) + Vector.Load(from + i)).Store(to + i);
        }

        for (; i < length; i++) to[i] += from[i];
    }
}
