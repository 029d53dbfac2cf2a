using System.Runtime.InteropServices;

namespace Nin.PtxSimulator.Memory;

/// <summary>
/// The shared memory of a block, with who wrote and read each word of four bytes since the last barrier. A tag is the number of barriers so far
/// plus one, and the thread: 0 is a word that nobody wrote in this block.
/// </summary>
sealed unsafe class SharedMemory : IDisposable
{
    const int ThreadBits = 10, ManyBit = 1 << ThreadBits, EpochShift = ThreadBits + 1, ThreadMask = ManyBit - 1;

    readonly uint* writers;
    readonly uint* readers;

    // For each word the thread that copies to it asynchronously, plus one.
    readonly ushort* copiers;
    uint epoch;

    public SharedMemory(int bytes)
    {
        Bytes = bytes;
        nuint words = (nuint)((bytes + 3) >> 2) + 1;
        Start = (byte*)NativeMemory.AlignedAlloc(words * 4, 128);
        writers = (uint*)NativeMemory.Alloc(words, sizeof(uint));
        readers = (uint*)NativeMemory.Alloc(words, sizeof(uint));
        copiers = (ushort*)NativeMemory.Alloc(words, sizeof(ushort));
    }

    public byte* Start { get; }

    public int Bytes { get; }

    /// <summary>Forgets the block before.</summary>
    public void Begin()
    {
        epoch = 1;
        nuint words = (nuint)((Bytes + 3) >> 2) + 1;
        NativeMemory.Fill(Start, words * 4, 0xFF);
        NativeMemory.Clear(writers, words * 4);
        NativeMemory.Clear(readers, words * 4);
        NativeMemory.Clear(copiers, words * sizeof(ushort));
    }

    public void Barrier() => epoch++;

    /// <summary>Notes a read; the message says what is wrong with it, or null.</summary>
    public (FaultKind, string)? Read(long address, int bytes, int thread)
    {
        for (long word = address >> 2, end = (address + bytes + 3) >> 2; word < end; word++)
        {
            if (copiers[word] != 0) return (FaultKind.Racecheck, $"reads shared memory that thread {copiers[word] - 1} copies to and has not waited for");
            uint writer = writers[word];
            if (writer == 0) return (FaultKind.Initcheck, "reads shared memory that the block has not written");
            if (writer >> EpochShift == epoch && (writer & ThreadMask) != thread)
                return (FaultKind.Racecheck, $"reads shared memory that thread {writer & ThreadMask} wrote since the last barrier");
            uint reader = readers[word];
            if (reader >> EpochShift != epoch) readers[word] = epoch << EpochShift | (uint)thread;
            else if ((reader & ThreadMask) != thread) readers[word] = reader | ManyBit;
        }

        return null;
    }

    /// <summary>Notes a write; the message says what is wrong with it, or null.</summary>
    public (FaultKind, string)? Write(long address, int bytes, int thread)
    {
        for (long word = address >> 2, end = (address + bytes + 3) >> 2; word < end; word++)
        {
            if (copiers[word] != 0) return (FaultKind.Racecheck, $"writes shared memory that thread {copiers[word] - 1} copies to and has not waited for");
            uint writer = writers[word], reader = readers[word];
            if (writer >> EpochShift == epoch && (writer & ThreadMask) != thread)
                return (FaultKind.Racecheck, $"writes shared memory that thread {writer & ThreadMask} wrote since the last barrier");
            if (reader >> EpochShift == epoch && ((reader & ManyBit) != 0 || (reader & ThreadMask) != thread))
                return (FaultKind.Racecheck, $"writes shared memory that thread {((reader & ThreadMask) == thread ? "another" : reader & ThreadMask)} read since the last barrier");
            writers[word] = epoch << EpochShift | (uint)thread;
        }

        return null;
    }

    /// <summary>Notes that a thread begins to copy: a write, of which nobody may see anything yet.</summary>
    public (FaultKind, string)? BeginCopy(long address, int bytes, int thread)
    {
        if (Write(address, bytes, thread) is { } wrong) return wrong;
        for (long word = address >> 2, end = (address + bytes + 3) >> 2; word < end; word++) copiers[word] = (ushort)(thread + 1);
        return null;
    }

    /// <summary>The thread has waited for it: from here on the copy is like a write of its own, which others see after a barrier.</summary>
    public void EndCopy(long address, int bytes, int thread)
    {
        for (long word = address >> 2, end = (address + bytes + 3) >> 2; word < end; word++)
        {
            copiers[word] = 0;
            writers[word] = epoch << EpochShift | (uint)thread;
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(copiers);
        NativeMemory.AlignedFree(Start);
        NativeMemory.Free(writers);
        NativeMemory.Free(readers);
    }
}
