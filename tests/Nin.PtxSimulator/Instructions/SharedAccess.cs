using System.Numerics;
using Nin.PtxSimulator.Execution;

namespace Nin.PtxSimulator.Instructions;

/// <summary>Reads and writes of shared memory, with the checks of memcheck, initcheck and racecheck.</summary>
static unsafe class SharedAccess
{
    const int Banks = 32, BankBytes = 4, PassBytes = Banks * BankBytes;

    public static void Load<T>(Warp w, Instruction* i)
        where T : unmanaged
    {
        byte* r = w.Registers;
        long* addresses = (long*)(r + i->A);
        int bytes = sizeof(T) * i->Count;
        Count(w, i, addresses, bytes);
        for (uint left = w.Mask; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            long address = Checked(w, i, lane, addresses[lane] + i->Immediate, bytes);
            if (w.Block.Shared.Read(address, bytes, w.FirstThread + lane) is var (kind, what)) throw w.Fault(kind, i, $"{what}, at byte {address}", lane);
            T* from = (T*)(w.Block.Shared.Start + address);
            for (int part = 0; part < i->Count; part++) GlobalAccess.Put(r + i->Target4(part), lane, from[part]);
        }
    }

    public static void Store<T>(Warp w, Instruction* i)
        where T : unmanaged
    {
        byte* r = w.Registers;
        long* addresses = (long*)(r + i->A);
        int bytes = sizeof(T) * i->Count;
        Count(w, i, addresses, bytes);
        for (uint left = w.Mask; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            long address = Checked(w, i, lane, addresses[lane] + i->Immediate, bytes);
            if (w.Block.Shared.Write(address, bytes, w.FirstThread + lane) is var (kind, what)) throw w.Fault(kind, i, $"{what}, at byte {address}", lane);
            T* to = (T*)(w.Block.Shared.Start + address);
            for (int part = 0; part < i->Count; part++) to[part] = GlobalAccess.Get<T>(r + i->Target4(part), lane);
        }
    }

    internal static long Checked(Warp w, Instruction* i, int lane, long address, int bytes)
    {
        if (address < 0 || address > w.Block.Shared.Bytes - bytes)
            throw w.Fault(FaultKind.Memcheck, i, $"an access of {bytes} bytes at byte {address} of {w.Block.Shared.Bytes} of shared memory", lane);
        if ((address & (bytes - 1)) != 0)
            throw w.Fault(FaultKind.Memcheck, i, $"an access of {bytes} bytes at byte {address} of shared memory, which is not a multiple of {bytes}", lane);
        return address;
    }

    static void Count(Warp w, Instruction* i, long* addresses, int bytes)
    {
        if (w.Block.Counts is not { } counts) return;
        (int passes, int least) = Passes(w, addresses, i->Immediate, bytes);
        counts[i->Index].Passes += passes;
        counts[i->Index].LeastPasses += least;
    }

    /// <summary>
    /// Passes over the banks, and those that are needed without conflicts. The hardware serves 128 bytes at a time: a warp of 4 bytes a lane, half of one of 8, a quarter of one of 16; in each,
    /// different words of one bank take a pass each, and lanes that read the same word share it.
    /// </summary>
    internal static (int Passes, int Least) Passes(Warp w, long* addresses, long offset, int bytes)
    {
        int lanes = Math.Min(Warp.Lanes, PassBytes / Math.Max(bytes, BankBytes));
        Span<long> words = stackalloc long[Banks * Warp.Lanes];
        Span<int> used = stackalloc int[Banks];
        int all = 0, least = 0;
        for (int first = 0; first < Warp.Lanes; first += lanes)
        {
            used.Clear();
            int passes = 0;
            for (int lane = first; lane < first + lanes; lane++)
            {
                if ((w.Mask >> lane & 1) == 0) continue;
                for (long word = (addresses[lane] + offset) / BankBytes, end = word + Math.Max(1, bytes / BankBytes); word < end; word++)
                {
                    int bank = (int)(word % Banks);
                    if (bank < 0 || words.Slice(bank * Warp.Lanes, used[bank]).Contains(word)) continue;
                    words[bank * Warp.Lanes + used[bank]++] = word;
                    passes = Math.Max(passes, used[bank]);
                }
            }

            all += passes;
            if (passes > 0) least++;
        }

        return (all, least);
    }
}
