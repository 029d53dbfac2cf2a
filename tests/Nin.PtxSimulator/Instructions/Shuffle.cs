using System.Numerics;
using Nin.PtxSimulator.Execution;

namespace Nin.PtxSimulator.Instructions;

/// <summary>shfl.sync over a whole warp (PTX ISA 8.0, section 9.7.8.6): operand C holds the clamp, and in bits 8 to 12 the segments' mask.</summary>
static unsafe class Shuffle
{
    public static void Down(Warp w, Instruction* i) => Run(w, i, static (lane, by, clamp, mask) => Within(lane + by, (lane & mask) | (clamp & ~mask), lane));

    public static void Up(Warp w, Instruction* i) => Run(w, i, static (lane, by, clamp, mask) => lane - by >= ((lane & mask) | (clamp & ~mask)) ? lane - by : lane);

    public static void Butterfly(Warp w, Instruction* i) => Run(w, i, static (lane, by, clamp, mask) => Within(lane ^ by, (lane & mask) | (clamp & ~mask), lane));

    public static void Indexed(Warp w, Instruction* i) =>
        Run(w, i, static (lane, by, clamp, mask) => Within((lane & mask) | (by & ~mask), (lane & mask) | (clamp & ~mask), lane));

    static int Within(int source, int last, int lane) => source <= last ? source : lane;

    static void Run(Warp w, Instruction* i, Func<int, int, int, int, int> source)
    {
        if (w.Mask != w.Threads) throw w.Fault(FaultKind.Synccheck, i, $"an instruction of the whole warp that {BitOperations.PopCount(w.Mask)} threads reach");
        byte* r = w.Registers;
        uint* a = (uint*)(r + i->A), by = (uint*)(r + i->B), c = (uint*)(r + i->C);
        uint* results = stackalloc uint[Warp.Lanes];
        for (uint left = w.Threads; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left), from = source(lane, (int)(by[lane] & 31), (int)(c[lane] & 31), (int)(c[lane] >> 8 & 31)) & 31;
            if ((w.Threads >> from & 1) == 0) throw w.Fault(FaultKind.Synccheck, i, $"reads lane {from}, which is no thread of the block", lane);
            results[lane] = a[from];
        }

        for (uint left = w.Threads; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            ((uint*)(r + i->D))[lane] = results[lane];
        }
    }
}
