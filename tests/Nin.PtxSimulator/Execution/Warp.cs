using System.Numerics;
using System.Runtime.InteropServices;
using Nin.PtxSimulator.Instructions;

namespace Nin.PtxSimulator.Execution;

/// <summary>
/// 32 threads in lock step. Lanes that branch apart run one side after the other and meet at the branch's immediate post-dominator, as
/// Fung et al. (2007), <i>Dynamic Warp Formation and Scheduling for Efficient GPU Control Flow</i>, describe the hardware.
/// </summary>
sealed unsafe class Warp(Block block, int index) : IDisposable
{
    public const int Lanes = 32;
    public const uint Full = uint.MaxValue;

    readonly Stack<(uint Mask, int Next, int Join)> paths = [];
    readonly byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)block.Program.RegisterBytes, 128);
    uint exited;
    int next;
    int join;

    public Block Block { get; } = block;

    /// <summary>The register file.</summary>
    public byte* Registers => memory;

    /// <summary>Copies to shared memory that are under way.</summary>
    public List<AsyncCopy.Pending> Copies { get; } = [];

    /// <summary>For each lane the groups of copies that it has committed.</summary>
    public int[] CopyGroups { get; } = new int[Lanes];

    /// <summary>The lanes that run now.</summary>
    public uint Mask { get; set; }

    /// <summary>The lanes that are threads of the block.</summary>
    public uint Threads { get; private set; }

    public bool IsDone { get; private set; }

    public int FirstThread => index * Lanes;

    /// <summary>Puts the warp at the start of the program, for the block that begins.</summary>
    public void Begin(in Launch launch)
    {
        int threads = Math.Min(Lanes, launch.ThreadsPerBlock - FirstThread);
        Threads = threads == Lanes ? Full : (1u << threads) - 1;
        Mask = Threads;
        exited = 0;
        next = 0;
        join = -1;
        IsDone = false;
        paths.Clear();
        Copies.Clear();
        Array.Clear(CopyGroups);
        Block.Program.Prepare(this, launch);
    }

    /// <summary>Runs to the next barrier, or to the end.</summary>
    public void Run()
    {
        var code = Block.Program.Code;
        var counts = Block.Counts;
        while (true)
        {
            Instruction* i = code + next;
            if (counts is not null)
            {
                counts[next].Warps++;
                counts[next].Threads += BitOperations.PopCount(Mask);
            }

            switch (i->Flow)
            {
                case Flow.Next:
                    if (i->Guard < 0) i->Execute(this, i);
                    else Guarded(i);
                    next++;
                    break;
                case Flow.Join:
                    if (next == join) Meet();
                    else next++;
                    break;
                case Flow.Branch:
                    Branch(i);
                    break;
                case Flow.Exit:
                    if (Exit(i)) return;
                    break;
                default:
                    if (Mask != Threads)
                        throw Fault(FaultKind.Synccheck, i, $"a barrier that only {BitOperations.PopCount(Mask)} of {BitOperations.PopCount(Threads)} threads of the warp reach");
                    next++;
                    return;
            }
        }
    }

    void Guarded(Instruction* i)
    {
        uint all = Mask;
        Mask = all & Taken(i);
        if (Mask != 0) i->Execute(this, i);
        Mask = all;
    }

    uint Taken(Instruction* i)
    {
        if (i->Guard < 0) return Full;
        uint predicate = *(uint*)(memory + i->Guard);
        return i->GuardIsNegated ? ~predicate : predicate;
    }

    void Branch(Instruction* i)
    {
        uint taken = Mask & Taken(i), left = Mask & ~taken;
        if (left == 0) next = i->Target;
        else if (taken == 0) next++;
        else
        {
            if (join != i->Join || paths.Count == 0) paths.Push((Mask, i->Join, join));
            join = i->Join;
            paths.Push((left, next + 1, join));
            Mask = taken;
            next = i->Target;
        }
    }

    /// <summary>Goes on with the lanes that wait; at the join itself with all of them.</summary>
    bool Meet()
    {
        while (paths.Count > 0)
        {
            (uint mask, next, join) = paths.Pop();
            Mask = mask & ~exited;
            if (Mask != 0) return true;
        }

        return false;
    }

    bool Exit(Instruction* i)
    {
        uint leaving = Mask & Taken(i);
        exited |= leaving;
        Mask &= ~leaving;
        if (Mask != 0)
        {
            next++;
            return false;
        }

        IsDone = !Meet();
        return IsDone;
    }

    /// <summary>An error at an instruction, in the words of the text.</summary>
    public KernelFaultException Fault(FaultKind kind, Instruction* i, string what, int lane = -1)
    {
        int thread = FirstThread + (lane < 0 ? BitOperations.TrailingZeroCount(Mask) : lane);
        return new(kind, $"{Block.Program.Name}, line {i->Line}, block {Block.Name}, thread {thread}: {what}: {Block.Program.TextOf(i->Line)}");
    }

    public void Dispose() => NativeMemory.AlignedFree(memory);
}
