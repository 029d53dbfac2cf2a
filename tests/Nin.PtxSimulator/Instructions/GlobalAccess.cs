using System.Numerics;
using Nin.PtxSimulator.Execution;
using Nin.PtxSimulator.Memory;

namespace Nin.PtxSimulator.Instructions;

/// <summary>Reads and writes of global memory, with the checks of memcheck and initcheck.</summary>
static unsafe class GlobalAccess
{
    internal const int SectorShift = 5;

    public static void Load<T>(Warp w, Instruction* i)
        where T : unmanaged
    {
        byte* r = w.Registers;
        byte** addresses = (byte**)(r + i->A);
        int bytes = sizeof(T) * i->Count;
        Count(w, i, addresses, bytes);
        for (uint left = w.Mask; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            byte* address = addresses[lane] + i->Immediate;
            Allocation allocation = Checked(w, i, lane, address, bytes);
            byte* written = allocation.Written + ((address - allocation.Start) >> 2);
            int words = (bytes + 3) >> 2;
            for (int word = 0; word < words; word++)
            {
                if (written[word] == 0) throw w.Fault(FaultKind.Initcheck, i, $"reads global memory at {At(allocation, address)} that nobody has written", lane);
            }

            for (int part = 0; part < i->Count; part++) Put(r + i->Target4(part), lane, ((T*)address)[part]);
        }
    }

    public static void Store<T>(Warp w, Instruction* i)
        where T : unmanaged
    {
        byte* r = w.Registers;
        byte** addresses = (byte**)(r + i->A);
        int bytes = sizeof(T) * i->Count;
        Count(w, i, addresses, bytes);
        for (uint left = w.Mask; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            byte* address = addresses[lane] + i->Immediate;
            Allocation allocation = Checked(w, i, lane, address, bytes);
            byte* written = allocation.Written + ((address - allocation.Start) >> 2);
            for (int word = 0, words = (bytes + 3) >> 2; word < words; word++) written[word] = 1;
            for (int part = 0; part < i->Count; part++) ((T*)address)[part] = Get<T>(r + i->Target4(part), lane);
        }
    }

    /// <summary>Registers narrower than 32 bits take 4 bytes of a lane; what is narrower than a register is extended to it, by its sign where it has one.</summary>
    public static void Put<T>(byte* place, int lane, T value)
        where T : unmanaged
    {
        if (sizeof(T) >= 4) ((T*)place)[lane] = value;
        else if (typeof(T) == typeof(sbyte) || typeof(T) == typeof(short)) ((int*)place)[lane] = sizeof(T) == 1 ? *(sbyte*)&value : *(short*)&value;
        else ((uint*)place)[lane] = sizeof(T) == 1 ? *(byte*)&value : *(ushort*)&value;
    }

    public static T Get<T>(byte* place, int lane)
        where T : unmanaged => sizeof(T) >= 4 ? ((T*)place)[lane] : *(T*)(place + 4 * lane);

    internal static Allocation Checked(Warp w, Instruction* i, int lane, byte* address, int bytes)
    {
        if (((nuint)address & (nuint)(bytes - 1)) != 0) throw w.Fault(FaultKind.Memcheck, i, $"an access of {bytes} bytes at 0x{(nuint)address:x}, which is not a multiple of {bytes}", lane);
        ref Allocation? cached = ref w.Block.Cache[i->Index];
        if (cached is { } last && last.Holds(address, bytes)) return last;
        var found = w.Block.Memory.Find(address);
        if (found is null || !found.Holds(address, bytes)) throw w.Fault(FaultKind.Memcheck, i, $"an access of {bytes} bytes at 0x{(nuint)address:x}, which lies in no allocation", lane);
        return cached = found;
    }

    static string At(Allocation allocation, byte* address) => $"0x{(nuint)address:x} (byte {address - allocation.Start} of an allocation of {allocation.Bytes})";

    static void Count(Warp w, Instruction* i, byte** addresses, int bytes)
    {
        if (w.Block.Counts is not { } counts) return;
        // Accesses are aligned to their size: lanes ask for the same bytes, or for none in common.
        Span<nuint> sectors = stackalloc nuint[Warp.Lanes], places = stackalloc nuint[Warp.Lanes];
        int found = 0, distinct = 0;
        for (uint left = w.Mask; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            byte* address = addresses[lane] + i->Immediate;
            nuint sector = (nuint)address >> SectorShift;
            if (!sectors[..found].Contains(sector)) sectors[found++] = sector;
            if (!places[..distinct].Contains((nuint)address)) places[distinct++] = (nuint)address;
            Checked(w, i, lane, address, bytes).Touch(address, bytes, i->Class == InstructionClass.GlobalStore, w.Block.Sample);
        }

        int least = (distinct * bytes + (1 << SectorShift) - 1) >> SectorShift;
        counts[i->Index].Sectors += found;
        counts[i->Index].LeastSectors += least;
    }
}
