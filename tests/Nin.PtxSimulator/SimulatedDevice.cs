using Nin.PtxSimulator.Execution;
using Nin.PtxSimulator.Memory;

namespace Nin.PtxSimulator;

/// <summary>Runs launches of kernels over a device's memory, and counts what they do where it is asked to.</summary>
/// <param name="memory">The device's memory.</param>
public sealed class SimulatedDevice(DeviceMemory memory)
{
    /// <summary>The most blocks of a launch that can be sampled.</summary>
    public const int MostSamples = 8;

    readonly List<LaunchCounters> counted = [];

    /// <summary>The device's memory.</summary>
    public DeviceMemory Memory { get; } = memory;

    /// <summary>Whether launches are counted, which takes about as long as running them.</summary>
    public bool Counts { get; set; }

    /// <summary>
    /// How many blocks of a launch run, spread over it, up to <see cref="MostSamples"/>; 0 for all of them. What the others would have written stays
    /// unwritten: for counting alone, over memory that <see cref="DeviceMemory.CountsAsWritten"/>.
    /// </summary>
    public int SampledBlocks { get; set; }

    /// <summary>The launches that were counted, in their order.</summary>
    public IReadOnlyList<LaunchCounters> Counted => counted;

    /// <summary>Forgets what was counted.</summary>
    public void Forget() => counted.Clear();

    /// <summary>Runs a launch to its end, on all processors. Blocks may run in any order, and do.</summary>
    /// <param name="program">The kernel.</param>
    /// <param name="launch">Sizes and arguments.</param>
    /// <exception cref="KernelFaultException">A check failed.</exception>
    public void Run(PtxProgram program, Launch launch)
    {
        ArgumentNullException.ThrowIfNull(program);
        bool counts = Counts;
        if (counts)
        {
            foreach (var allocation in Memory.All) allocation.CountSectors();
        }

        long blocks = launch.Blocks;
        int samples = SampledBlocks > 0 && SampledBlocks < blocks ? SampledBlocks : 0;
        long next = 0, runs = samples > 0 ? samples : blocks;
        int workers = (int)Math.Min(runs, Environment.ProcessorCount);
        var countsOf = new InstructionCount[workers][];
        KernelFaultException? fault = null;
        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, worker =>
        {
            if (counts) countsOf[worker] = new InstructionCount[program.Length];
            using var block = new Block(program, Memory, launch, counts ? countsOf[worker] : null);
            try
            {
                while (Volatile.Read(ref fault) is null)
                {
                    // The last block first: what relies on the order of blocks fails.
                    long item = runs - Interlocked.Increment(ref next);
                    if (item < 0) return;
                    long index = samples > 0 ? Sample(item, samples, blocks) : item;
                    block.Run(launch, index, samples > 0 ? (int)item : 0);
                }
            }
            catch (KernelFaultException found)
            {
                Interlocked.CompareExchange(ref fault, found, null);
            }
        });
        if (fault is not null) throw fault;
        if (counts) counted.Add(new LaunchCounters(program, launch, (int)Math.Min(runs, int.MaxValue), countsOf, Memory));
    }

    // One block of each of a number of equal parts of the launch, at another place in each: with the same distance between all of them they would agree in what a kernel
    // takes from a block's number, such as the row of its tile.
    static long Sample(long item, long samples, long blocks)
    {
        const double GoldenRatio = 0.6180339887498949;
        long first = item * blocks / samples, length = (item + 1) * blocks / samples - first;
        return first + (long)((item + 1) * GoldenRatio % 1 * length);
    }
}
