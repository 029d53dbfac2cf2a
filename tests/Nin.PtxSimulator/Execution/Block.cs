using Nin.PtxSimulator.Memory;

namespace Nin.PtxSimulator.Execution;

/// <summary>Sizes and arguments of a launch.</summary>
/// <param name="Grid">Blocks in x, y and z.</param>
/// <param name="Group">Threads of a block in x, y and z.</param>
/// <param name="DynamicSharedBytes">Bytes of shared memory beyond what the kernel declares.</param>
/// <param name="Arguments">The parameters, laid out as the kernel declares them.</param>
public readonly record struct Launch((int X, int Y, int Z) Grid, (int X, int Y, int Z) Group, int DynamicSharedBytes, byte[] Arguments)
{
    /// <summary>Threads of a block.</summary>
    public int ThreadsPerBlock => Group.X * Group.Y * Group.Z;

    /// <summary>Blocks.</summary>
    public long Blocks => (long)Grid.X * Grid.Y * Grid.Z;
}

/// <summary>How often an instruction ran.</summary>
struct InstructionCount
{
    public long Warps;
    public long Threads;

    /// <summary>Sectors of 32 bytes of global memory.</summary>
    public long Sectors;

    /// <summary>The least sectors that the same bytes need.</summary>
    public long LeastSectors;

    /// <summary>Passes over the banks of shared memory.</summary>
    public long Passes;

    /// <summary>The least passes that the same bytes need.</summary>
    public long LeastPasses;
}

/// <summary>A thread-block that runs on one thread of the host, and is used again for the next one.</summary>
sealed unsafe class Block : IDisposable
{
    readonly Warp[] warps;

    public Block(PtxProgram program, DeviceMemory memory, in Launch launch, InstructionCount[]? counts)
    {
        Program = program;
        Memory = memory;
        Counts = counts;
        Shared = new SharedMemory(program.SharedBytes + launch.DynamicSharedBytes);
        Cache = new Allocation?[program.Length];
        warps = new Warp[(launch.ThreadsPerBlock + Warp.Lanes - 1) / Warp.Lanes];
        for (int i = 0; i < warps.Length; i++) warps[i] = new Warp(this, i);
    }

    public PtxProgram Program { get; }

    public DeviceMemory Memory { get; }

    public SharedMemory Shared { get; }

    public InstructionCount[]? Counts { get; }

    /// <summary>For each instruction the allocation that it used last.</summary>
    public Allocation?[] Cache { get; }

    public (int X, int Y, int Z) Position { get; private set; }

    /// <summary>Its number among the blocks that are sampled; 0 where all run.</summary>
    public int Sample { get; private set; }

    public byte[] Arguments { get; private set; } = [];

    public string Name => $"({Position.X},{Position.Y},{Position.Z})";

    /// <exception cref="KernelFaultException">A check failed.</exception>
    public void Run(in Launch launch, long index, int sample)
    {
        Sample = sample;
        Position = ((int)(index % launch.Grid.X), (int)(index / launch.Grid.X % launch.Grid.Y), (int)(index / launch.Grid.X / launch.Grid.Y));
        Arguments = launch.Arguments;
        Shared.Begin();
        foreach (var warp in warps) warp.Begin(launch);
        while (true)
        {
            int done = 0;
            foreach (var warp in warps)
            {
                if (!warp.IsDone) warp.Run();
                if (warp.IsDone) done++;
            }

            if (done == warps.Length) return;
            if (done > 0)
                throw new KernelFaultException(
                    FaultKind.Synccheck, $"{Program.Name}, block {Name}: {done} of {warps.Length} warps have ended while the others wait at a barrier");
            Shared.Barrier();
        }
    }

    public void Dispose()
    {
        foreach (var warp in warps) warp.Dispose();
        Shared.Dispose();
    }
}
