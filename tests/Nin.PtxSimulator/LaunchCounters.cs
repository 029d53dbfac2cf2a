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

    readonly Dictionary<int, double> lines = [];

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
            foreach (var counts in workers)
            {
                Add(instruction->Class, counts[i], scale);
                lines[instruction->Line] = lines.GetValueOrDefault(instruction->Line) + scale * counts[i].Warps;
            }
        }

        var views = Views(program, launch, memory);
        foreach (var allocation in memory.All)
        {
            BytesRead += SectorBytes * Distinct(allocation, allocation.SectorsRead, views, scale);
            BytesWritten += SectorBytes * Distinct(allocation, allocation.SectorsWritten, views, scale);
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
    public double GlobalRequests => Warps(InstructionClass.GlobalLoad) + Warps(InstructionClass.GlobalStore) + Warps(InstructionClass.AsyncCopy);

    /// <summary>Sectors of 32 bytes that they touched.</summary>
    public double GlobalSectors { get; private set; }

    /// <summary>Those of them that asynchronous copies read, which pass no register.</summary>
    public double AsyncSectors { get; private set; }

    /// <summary>Sectors that the bytes they asked for fill, each byte counted once for an access of a warp.</summary>
    public double LeastGlobalSectors { get; private set; }

    /// <summary>Accesses of shared memory by a warp.</summary>
    public double SharedRequests => Warps(InstructionClass.SharedLoad) + Warps(InstructionClass.SharedStore) + Warps(InstructionClass.AsyncCopy);

    /// <summary>Passes over the banks of shared memory.</summary>
    public double SharedPasses { get; private set; }

    /// <summary>Passes that the same accesses need without conflicts.</summary>
    public double LeastSharedPasses { get; private set; }

    /// <summary>Bytes of global memory read at least once, in sectors: what must come from memory even with a perfect cache.</summary>
    public double BytesRead { get; }

    /// <summary>The same, written.</summary>
    public double BytesWritten { get; }

    /// <summary>How often a warp ran the instruction on each line of the text, from 1 on.</summary>
    public IReadOnlyDictionary<int, double> WarpsByLine => lines;

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
        GlobalSectors += scale * count.Sectors;
        if (kind == InstructionClass.AsyncCopy) AsyncSectors += scale * count.Sectors;
        LeastGlobalSectors += scale * count.LeastSectors;
        SharedPasses += scale * count.Passes;
        LeastSharedPasses += scale * count.LeastPasses;
    }

    // An array that a kernel is given, alone or in a structure, is an address and a length, here taken for one of floats; one of vectors of four is told by what
    // is touched after these. What only looks like an array does no harm: no launch touches more sectors of a range than it has.
    static List<(nuint Start, nuint End)> Views(PtxProgram program, in Launch launch, DeviceMemory memory)
    {
        const int ViewBytes = 16;
        List<(nuint Start, nuint End)> views = [];
        foreach (var (offset, bytes) in program.Parameters)
        {
            for (int at = offset; at + ViewBytes <= offset + bytes; at += sizeof(ulong))
            {
                nuint start = (nuint)BitConverter.ToUInt64(launch.Arguments, at), length = (nuint)BitConverter.ToUInt64(launch.Arguments, at + sizeof(ulong));
                if (length == 0 || memory.Find((byte*)start) is not { } allocation || length > (nuint)allocation.Bytes) continue;
                views.Add((start, start + sizeof(float) * length));
            }
        }

        return views;
    }

    // What sampled blocks do not share is scaled up, but to no more than the array holds where they read: blocks that were not sampled may share it with them. What lies
    // beyond the arrays as they were taken is scaled up as it is.
    static double Distinct(Allocation allocation, ReadOnlySpan<byte> sectors, List<(nuint Start, nuint End)> views, double scale)
    {
        if (sectors.IsEmpty) return 0;
        double sum = 0;
        int done = 0;
        nuint first = (nuint)allocation.Start;
        var within = views.Where(v => v.Start >= first && v.Start < first + (nuint)allocation.Bytes).OrderBy(v => v.Start).ToArray();
        for (int v = 0; v < within.Length; v++)
        {
            var (start, end) = within[v];
            int from = Math.Max(done, (int)((start - first) / SectorBytes)), to = Sector(end), next = v + 1 < within.Length ? Sector(within[v + 1].Start) : sectors.Length;
            int vectorEnd = Math.Min(next, Sector(start + 4 * (end - start)));
            if (vectorEnd > to && to >= done && sectors[to..vectorEnd].ContainsAnyExcept((byte)0)) to = vectorEnd;
            if (to <= from) continue;
            sum += Distinct(sectors[done..from], scale) + Math.Min(to - from, Distinct(sectors[from..to], scale));
            done = to;
        }

        return sum + Distinct(sectors[done..], scale);

        int Sector(nuint address) => (int)Math.Min((nuint)allocation.SectorsRead.Length, (address - first + SectorBytes - 1) / SectorBytes);
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
