namespace Nin.Benchmarks.Estimate;

/// <summary>
/// How long a launch takes at least on an H100, going by what it does: the largest of its arithmetic, its traffic to the L2 cache and to memory. Waiting
/// is not in it: neither latency that too few warps hide, nor the launch itself.
/// </summary>
sealed class LaunchEstimate
{
    /// <summary>Bytes of a sector.</summary>
    public const double SectorBytes = 32;

    /// <summary>Cycles of a multiprocessor for a matrix instruction of a warp, at the rate that these instructions reach.</summary>
    static readonly double TensorCycles = ProductFlops / (H100.Tf32Rate * H100.MmaShare / H100.Multiprocessors / H100.Hertz);

    const double ProductFlops = 16 * 8 * 8 * 2;

    public LaunchEstimate(LaunchRecord launch, string name, int registers, MachineCode code)
    {
        Launch = launch;
        Name = name;
        Registers = registers;
        Resident = H100.ResidentBlocks(launch.ThreadsPerBlock, registers, launch.SharedBytes);

        // Cycles of one multiprocessor, if it did everything. A warp's instruction takes a fourth where there are 128 units, a half where there are 64.
        var pipes = code.Count(launch.WarpsByLine);
        double issue = pipes.Values.Sum() / H100.Schedulers;
        double float32 = (pipes[Pipe.Float32] + pipes[Pipe.Multiply]) / 4;
        double integers = Math.Max(pipes[Pipe.Integer], pipes[Pipe.Multiply]) / 2;
        double special = pipes[Pipe.Special] * 2;
        double tensor = launch.Warps["Tensor"] * TensorCycles;
        // What asynchronous copies read goes to shared memory past the first cache: only that they write it counts here.
        double loads = Math.Max(launch.GlobalRequests - launch.Warps["AsyncCopy"], (launch.GlobalSectors - launch.AsyncSectors) / 4) + launch.SharedPasses;
        (double cycles, string what) = new[] { (issue, "instructions"), (float32, "float32"), (tensor, "tensor cores"), (integers, "integers"), (special, "special functions"), (loads, "L1 and shared memory") }.Max();
        // The multiprocessor with most blocks is the last one to end.
        double rounds = Math.Ceiling(launch.Blocks / (double)H100.Multiprocessors);
        Arithmetic = cycles / launch.Blocks * rounds / H100.Hertz;
        L2 = launch.GlobalSectors * SectorBytes / H100.L2BytesPerSecond;
        Memory = (launch.BytesRead + launch.BytesWritten) / H100.MemoryBytesPerSecond;
        Seconds = Math.Max(Arithmetic, Math.Max(L2, Memory));
        Bound = Seconds == Memory ? "memory" : Seconds == L2 ? "L2" : what;
        double products = launch.Warps["Tensor"] > 0 ? launch.Warps["Tensor"] * ProductFlops / H100.Tf32Rate : launch.Threads["Float32"] * 2 / H100.Float32Rate;
        Roofline = Math.Max(products, Memory);
    }

    public LaunchRecord Launch { get; }

    public string Name { get; }

    public int Registers { get; }

    public int Resident { get; }

    public double Arithmetic { get; }

    public double L2 { get; }

    public double Memory { get; }

    /// <summary>The estimate.</summary>
    public double Seconds { get; }

    /// <summary>What it is the time of.</summary>
    public string Bound { get; }

    /// <summary>The time of its float32 operations, or of its tensor-core products, or of its bytes: the largest.</summary>
    public double Roofline { get; }
}
