using System.Numerics;
using System.Runtime.InteropServices;
using Nin.PtxSimulator.Execution;

namespace Nin.PtxSimulator.Instructions;

/// <summary>Reads a launch's parameters, the same for every thread.</summary>
static unsafe class Parameters
{
    public static void Load<T>(Warp w, Instruction* i)
        where T : unmanaged
    {
        var bytes = w.Block.Arguments.AsSpan((int)i->Immediate);
        for (int part = 0; part < i->Count; part++)
        {
            T value = MemoryMarshal.Read<T>(bytes[(part * sizeof(T))..]);
            for (uint left = w.Mask; left != 0; left &= left - 1)
                GlobalAccess.Put(w.Registers + i->Target4(part), BitOperations.TrailingZeroCount(left), value);
        }
    }
}
