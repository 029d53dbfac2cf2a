using System.Numerics;
using Nin.PtxSimulator.Execution;

namespace Nin.PtxSimulator.Instructions;

/// <summary>Read-modify-write of global memory, one lane after the other, and one warp of the device at a time.</summary>
static unsafe class Atomics
{
    static readonly Lock Gate = new();

    public static void Global<TOp, T>(Warp w, Instruction* i)
        where TOp : IScalar<T, T>
        where T : unmanaged
    {
        byte* r = w.Registers;
        lock (Gate)
        {
            for (uint left = w.Mask; left != 0; left &= left - 1)
            {
                int lane = BitOperations.TrailingZeroCount(left);
                byte* address = ((byte**)(r + i->A))[lane] + i->Immediate;
                var allocation = GlobalAccess.Checked(w, i, lane, address, sizeof(T));
                if (allocation.Written[(address - allocation.Start) >> 2] == 0)
                    throw w.Fault(FaultKind.Initcheck, i, "an atomic operation on global memory that nobody has written", lane);
                T old = *(T*)address;
                *(T*)address = TOp.Of(old, ((T*)(r + i->B))[lane]);
                if (i->D >= 0) ((T*)(r + i->D))[lane] = old;
            }
        }
    }
}

struct AtomicAdd<T> : IScalar<T, T>
    where T : INumber<T>
{
    public static T Of(T a, T b) => a + b;
}

struct AtomicMinimum<T> : IScalar<T, T>
    where T : INumber<T>
{
    public static T Of(T a, T b) => T.Min(a, b);
}

struct AtomicMaximum<T> : IScalar<T, T>
    where T : INumber<T>
{
    public static T Of(T a, T b) => T.Max(a, b);
}

struct AtomicExchange<T> : IScalar<T, T>
{
    public static T Of(T a, T b) => b;
}
