using System.Runtime.InteropServices;

namespace Nin.PtxSimulator.Memory;

/// <summary>One allocation of device memory, which lies in the host's: its address is a real pointer.</summary>
public sealed unsafe class Allocation
{
    // So that an access just beyond an allocation is in none.
    const nuint Gap = 512, Alignment = 512;

    readonly byte* memory;

    byte* sectors;

    internal Allocation(long bytes, bool countsAsWritten)
    {
        Bytes = bytes;
        memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes + 2 * Gap, Alignment);
        Start = memory + Gap;
        // What nobody wrote is NaN: a result that depends on it shows even where no check looks.
        NativeMemory.Fill(memory, (nuint)bytes + 2 * Gap, countsAsWritten ? (byte)0 : (byte)0xFF);
        Written = (byte*)NativeMemory.Alloc((nuint)Words(bytes));
        NativeMemory.Fill(Written, (nuint)Words(bytes), countsAsWritten ? (byte)1 : (byte)0);
    }

    /// <summary>Bytes.</summary>
    public long Bytes { get; }

    /// <summary>The first byte.</summary>
    public byte* Start { get; }

    /// <summary>For each word of four bytes whether it was written, as a whole or in part.</summary>
    internal byte* Written { get; }

    /// <summary>For each sector of 32 bytes the sampled blocks, a bit each, that read it in the launch that is counted.</summary>
    internal ReadOnlySpan<byte> SectorsRead => sectors is null ? default : new(sectors, Sectors);

    /// <summary>The same for those that wrote it.</summary>
    internal ReadOnlySpan<byte> SectorsWritten => sectors is null ? default : new(sectors + Sectors, Sectors);

    int Sectors => checked((int)((Bytes + 31) >> 5));

    /// <summary>Whether it holds a number of bytes from an address on.</summary>
    public bool Holds(byte* address, long bytes) => address >= Start && bytes <= Bytes && (ulong)(address - Start) <= (ulong)(Bytes - bytes);

    /// <summary>Notes that a range was written.</summary>
    public void MarkWritten(byte* address, long bytes)
    {
        if (bytes > 0) NativeMemory.Fill(Written + ((address - Start) >> 2), (nuint)Words(((address - Start) & 3) + bytes), 1);
    }

    /// <summary>The first byte of the first word of a range that nobody has written, from the start on; -1 where there is none.</summary>
    public long FirstUnwritten(byte* address, long bytes)
    {
        long first = (address - Start) >> 2, words = Words(((address - Start) & 3) + bytes);
        for (long done = 0; done < words;)
        {
            int part = (int)Math.Min(words - done, 1 << 30);
            int found = new ReadOnlySpan<byte>(Written + first + done, part).IndexOf((byte)0);
            if (found >= 0) return (first + done + found) << 2;
            done += part;
        }

        return -1;
    }

    /// <summary>Notes that a range was written as far as the range that was copied to it. Of a word that was copied in part the rest stays.</summary>
    public void TakeWritten(byte* address, Allocation from, byte* source, long bytes)
    {
        long target = address - Start, origin = source - from.Start;
        if (((target | origin | bytes) & 3) == 0)
        {
            Buffer.MemoryCopy(from.Written + (origin >> 2), Written + (target >> 2), bytes >> 2, bytes >> 2);
            return;
        }

        for (long at = 0; at < bytes;)
        {
            long next = Math.Min(bytes, at + 4 - ((target + at) & 3));
            byte written = (byte)(from.Written[(origin + at) >> 2] | from.Written[(origin + next - 1) >> 2]);
            byte* word = Written + ((target + at) >> 2);
            *word = next - at == 4 ? written : (byte)(*word | written);
            at = next;
        }
    }

    internal void CountSectors()
    {
        if (sectors is null) sectors = (byte*)NativeMemory.AllocZeroed(2 * (nuint)Sectors + sizeof(uint));
        else NativeMemory.Clear(sectors, 2 * (nuint)Sectors);
    }

    /// <summary>Notes a block, by its bit, at the sectors of an access.</summary>
    internal void Touch(byte* address, int bytes, bool writes, int block)
    {
        if (sectors is null) return;
        for (long sector = (address - Start) >> 5, last = (address - Start + bytes - 1) >> 5; sector <= last; sector++)
        {
            byte* at = sectors + (writes ? Sectors : 0) + sector;
            if ((*at >> block & 1) != 0) continue;
            // Blocks run at the same time, and neighbours share a word.
            int shift = (int)((nuint)at & 3) * 8;
            Interlocked.Or(ref *(uint*)((nuint)at & ~(nuint)3), 1u << (block + shift));
        }
    }

    internal void Free()
    {
        NativeMemory.AlignedFree(memory);
        NativeMemory.Free(Written);
        NativeMemory.Free(sectors);
    }

    static long Words(long bytes) => (bytes + 3) >> 2;
}

/// <summary>The memory of the device: allocations by address. Changed under the driver's lock; kernels only look up.</summary>
public sealed unsafe class DeviceMemory
{
    readonly SortedList<nuint, Allocation> allocations = [];

    /// <summary>Bytes allocated.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Whether what is allocated from now on is zero and counts as written, so that nothing is wrong with reading it.</summary>
    public bool CountsAsWritten { get; set; }

    /// <summary>All allocations.</summary>
    public IEnumerable<Allocation> All => allocations.Values;

    /// <summary>Allocates; the content counts as not written.</summary>
    /// <param name="bytes">How many.</param>
    public Allocation Allocate(long bytes)
    {
        var allocation = new Allocation(bytes, CountsAsWritten);
        allocations.Add((nuint)allocation.Start, allocation);
        AllocatedBytes += bytes;
        return allocation;
    }

    /// <summary>Frees what starts at an address; false where nothing does.</summary>
    /// <param name="start">The address.</param>
    public bool Free(byte* start)
    {
        if (!allocations.Remove((nuint)start, out var allocation)) return false;
        AllocatedBytes -= allocation.Bytes;
        allocation.Free();
        return true;
    }

    /// <summary>The allocation that an address lies in, or null.</summary>
    /// <param name="address">The address.</param>
    public Allocation? Find(byte* address)
    {
        var starts = allocations.Keys;
        int low = 0, high = starts.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (starts[middle] <= (nuint)address) low = middle + 1;
            else high = middle - 1;
        }

        return high >= 0 && allocations.Values[high].Holds(address, 1) ? allocations.Values[high] : null;
    }
}
