using System.Numerics;
using Nin.PtxSimulator.Execution;
using Nin.PtxSimulator.Memory;

namespace Nin.PtxSimulator.Instructions;

/// <summary>
/// <c>cp.async</c>: copies from global to shared memory that end when their group is waited for (PTX ISA 8.0, section 9.7.8.22). Here they happen only then, so that
/// whoever reads before sees the old content; the checks fail even earlier, because a word that is being copied may be neither read nor written.
/// </summary>
static unsafe class AsyncCopy
{
    /// <summary>A copy of a lane that is under way, in the group that it will be committed with.</summary>
    public readonly record struct Pending(int Lane, int Group, nint From, int Read, long To, int Bytes);

    public static void Start(Warp w, Instruction* i)
    {
        byte* r = w.Registers;
        byte** sources = (byte**)(r + i->B);
        long* targets = (long*)(r + i->A);
        int bytes = i->Count;
        Count(w, i, sources, targets);
        for (uint left = w.Mask; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            long to = SharedAccess.Checked(w, i, lane, targets[lane] + i->Immediate, bytes);
            byte* from = sources[lane] + i->SourceImmediate;
            int read = Read(i, r, lane);
            if (read < 0 || read > bytes) throw w.Fault(FaultKind.Memcheck, i, $"a copy of {read} of {bytes} bytes", lane);
            if (read > 0)
            {
                var allocation = GlobalAccess.Checked(w, i, lane, from, bytes);
                for (long word = (from - allocation.Start) >> 2, end = (from - allocation.Start + read + 3) >> 2; word < end; word++)
                {
                    if (allocation.Written[word] == 0) throw w.Fault(FaultKind.Initcheck, i, "copies global memory that nobody has written", lane);
                }
            }

            if (w.Block.Shared.BeginCopy(to, bytes, w.FirstThread + lane) is var (kind, what)) throw w.Fault(kind, i, $"{what}, at byte {to}", lane);
            w.Copies.Add(new(lane, w.CopyGroups[lane], (nint)from, read, to, bytes));
        }
    }

    public static void Commit(Warp w, Instruction* i)
    {
        for (uint left = w.Mask; left != 0; left &= left - 1) w.CopyGroups[BitOperations.TrailingZeroCount(left)]++;
    }

    /// <summary>Ends all groups of the active lanes but a number of the youngest.</summary>
    public static void Wait(Warp w, Instruction* i)
    {
        for (int c = w.Copies.Count - 1; c >= 0; c--)
        {
            Pending copy = w.Copies[c];
            if ((w.Mask >> copy.Lane & 1) == 0 || copy.Group >= w.CopyGroups[copy.Lane] - i->Count) continue;
            byte* to = w.Block.Shared.Start + copy.To;
            new Span<byte>((void*)copy.From, copy.Read).CopyTo(new Span<byte>(to, copy.Read));
            new Span<byte>(to + copy.Read, copy.Bytes - copy.Read).Clear();
            w.Block.Shared.EndCopy(copy.To, copy.Bytes, w.FirstThread + copy.Lane);
            w.Copies.RemoveAt(c);
        }
    }

    static int Read(Instruction* i, byte* registers, int lane) => i->C < 0 ? i->Count : ((int*)(registers + i->C))[lane];

    // Sectors of what is read, and passes of what is written.
    static void Count(Warp w, Instruction* i, byte** sources, long* targets)
    {
        if (w.Block.Counts is not { } counts) return;
        Span<nuint> sectors = stackalloc nuint[Warp.Lanes], places = stackalloc nuint[Warp.Lanes];
        Span<int> lengths = stackalloc int[Warp.Lanes];
        int found = 0, distinct = 0, read = 0;
        for (uint left = w.Mask; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left), bytes = Read(i, w.Registers, lane);
            if (bytes <= 0) continue;
            byte* from = sources[lane] + i->SourceImmediate;
            nuint sector = (nuint)from >> GlobalAccess.SectorShift;
            if (!sectors[..found].Contains(sector)) sectors[found++] = sector;
            GlobalAccess.Checked(w, i, lane, from, i->Count).Touch(from, bytes, writes: false, w.Block.Sample);
            // Lanes that copy from one place copy the same bytes, or the first of them.
            int place = places[..distinct].IndexOf((nuint)from);
            if (place < 0)
            {
                place = distinct++;
                (places[place], lengths[place]) = ((nuint)from, 0);
            }

            if (bytes <= lengths[place]) continue;
            read += bytes - lengths[place];
            lengths[place] = bytes;
        }

        counts[i->Index].Sectors += found;
        counts[i->Index].LeastSectors += (read + 31) >> GlobalAccess.SectorShift;
        (int passes, int least) = SharedAccess.Passes(w, targets, i->Immediate, i->Count);
        counts[i->Index].Passes += passes;
        counts[i->Index].LeastPasses += least;
    }
}
