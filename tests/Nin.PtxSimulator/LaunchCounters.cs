using Nin.PtxSimulator.Execution;
using Nin.PtxSimulator.Memory;

namespace Nin.PtxSimulator;

/// <summary>
/// What a launch did. Where only some of its blocks ran, the numbers are those of all blocks, as if the others did the same; memory that several
/// of the sampled blocks used counts as shared by all, and once.
/// </summary>
public sealed unsafe class LaunchCounters
{
    const int SectorBytes = 32;

    readonly double[] warps = new double[Enum.GetValues<InstructionClass>().Length];
    readonly double[] threads = new double[Enum.GetValues<InstructionClass>().Length];

    internal LaunchCounters(PtxProgram program, in Launch launch, int sampled, InstructionCount[][] workers, DeviceMemory memory)
    {
        Program = program;
        Blocks = launch.Blocks;
        SampledBlocks = sampled;
        ThreadsPerBlock = launch.ThreadsPerBlock;
        SharedBytes = program.SharedBytes + launch.DynamicSharedBytes;
        double scale = launch.Blocks / (double)sampled;
        for (int i = 0; i < program.Length; i++)
        {
            Instruction* instruction = program.Code + i;
            if (instruction->Flow == Flow.Join) continue;
            foreach (var counts in workers) Add(instruction->Class, counts[i], scale);
        }

        foreach (var allocation in memory.All)
        {
            BytesRead += SectorBytes * Distinct(allocation.SectorsRead, scale);
            BytesWritten += SectorBytes * Distinct(allocation.SectorsWritten, scale);
        }
    }

    /// <summary>The kernel.</summary>
    public PtxProgram Program { get; }

    /// <summary>Blocks of the launch.</summary>
    public long Blocks { get; }

    /// <summary>How many of them ran.</summary>
    public int SampledBlocks { get; }

    /// <summary>Threads of a block.</summary>
    public int ThreadsPerBlock { get; }

    /// <summary>Bytes of shared memory of a block.</summary>
    public int SharedBytes { get; }

    /// <summary>Accesses of global memory by a warp.</summary>
    public double GlobalRequests => Warps(InstructionClass.GlobalLoad) + Warps(InstructionClass.GlobalStore);

    /// <summary>Sectors of 32 bytes that they touched.</summary>
    public double GlobalSectors { get; private set; }

    /// <summary>Sectors that the bytes they asked for fill.</summary>
    public double LeastGlobalSectors { get; private set; }

    /// <summary>Accesses of shared memory by a warp.</summary>
    public double SharedRequests => Warps(InstructionClass.SharedLoad) + Warps(InstructionClass.SharedStore);

    /// <summary>Passes over the banks of shared memory.</summary>
    public double SharedPasses { get; private set; }

    /// <summary>Passes that the same accesses need without conflicts.</summary>
    public double LeastSharedPasses { get; private set; }

    /// <summary>Bytes of global memory read at least once, in sectors: what must come from memory even with a perfect cache.</summary>
    public double BytesRead { get; }

    /// <summary>The same, written.</summary>
    public double BytesWritten { get; }

    /// <summary>Instructions of a class, each counted once for its warp.</summary>
    /// <param name="kind">The class.</param>
    public double Warps(InstructionClass kind) => warps[(int)kind];

    /// <summary>Instructions of a class, counted for each active thread.</summary>
    /// <param name="kind">The class.</param>
    public double Threads(InstructionClass kind) => threads[(int)kind];

    void Add(InstructionClass kind, in InstructionCount count, double scale)
    {
        warps[(int)kind] += scale * count.Warps;
        threads[(int)kind] += scale * count.Threads;
        if (kind is InstructionClass.GlobalLoad or InstructionClass.GlobalStore)
        {
            GlobalSectors += scale * count.Parts;
            LeastGlobalSectors += scale * count.LeastParts;
        }
        else if (kind is InstructionClass.SharedLoad or InstructionClass.SharedStore)
        {
            SharedPasses += scale * count.Parts;
            LeastSharedPasses += scale * count.LeastParts;
        }
    }

    // A bit is a sampled block (or several, where all of them run and scale is 1).
    static double Distinct(ReadOnlySpan<byte> sectors, double scale)
    {
        long own = 0, shared = 0;
        foreach (byte blocks in sectors)
        {
            if (blocks == 0) continue;
            if ((blocks & (blocks - 1)) == 0) own++;
            else shared++;
        }

        return own * scale + shared;
    }
}
