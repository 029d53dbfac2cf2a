namespace Nin.Benchmarks.Estimate;

/// <summary>
/// How long a launch takes at least on an H100, going by what it does: the largest of its arithmetic, its traffic to the L2 cache and to memory. Waiting
/// is not in it: neither latency that too few warps hide, nor the launch itself.
/// </summary>
sealed class LaunchEstimate
{
    const double SectorBytes = 32;

    // Machine instructions of one of PTX, and cycles of a multiprocessor for a warp's. Copies vanish in registers, parameters are operands.
    static readonly Dictionary<string, (double Issued, double Cycles)> Costs = new()
    {
        ["Move"] = (0, 0),
        ["Parameter"] = (0, 0),
        ["Float32"] = (1, 0.25),
        ["Tensor"] = (1, 16 * 8 * 8 * 2 / (H100.Tf32Rate * H100.MmaShare / H100.Multiprocessors / H100.Hertz)),
        ["Integer32"] = (1, 0.5),
        ["Integer64"] = (2, 1),
        ["Divide32"] = (20, 8),
        ["Divide64"] = (70, 30),
        ["Special"] = (8, 3),
        ["Convert"] = (1, 0.5),
        ["Control"] = (1, 0.25),
        ["GlobalLoad"] = (1, 1),
        ["GlobalStore"] = (1, 1),
        ["SharedLoad"] = (1, 0),
        ["SharedStore"] = (1, 0),
    };

    public LaunchEstimate(LaunchRecord launch, string name, int registers)
    {
        Launch = launch;
        Name = name;
        Registers = registers;
        Resident = H100.ResidentBlocks(launch.ThreadsPerBlock, registers, launch.SharedBytes);

        // Cycles of one multiprocessor, if it did everything.
        double issue = Costs.Sum(c => launch.Warps[c.Key] * c.Value.Issued) / H100.Schedulers;
        double float32 = Cycles("Float32"), tensor = Cycles("Tensor");
        double integers = Cycles("Integer32") + Cycles("Integer64") + Cycles("Divide32") + Cycles("Divide64") + Cycles("Convert");
        double special = Cycles("Special");
        double loads = Math.Max(launch.GlobalRequests, launch.GlobalSectors / 4) + launch.SharedPasses;
        (double cycles, string what) = new[] { (issue, "instructions"), (float32, "float32"), (tensor, "tensor cores"), (integers, "integers"), (special, "special functions"), (loads, "L1 and shared memory") }.Max();
        // The multiprocessor with most blocks is the last one to end.
        double rounds = Math.Ceiling(launch.Blocks / (double)H100.Multiprocessors);
        Arithmetic = cycles / launch.Blocks * rounds / H100.Hertz;
        L2 = launch.GlobalSectors * SectorBytes / H100.L2BytesPerSecond;
        Memory = (launch.BytesRead + launch.BytesWritten) / H100.MemoryBytesPerSecond;
        Seconds = Math.Max(Arithmetic, Math.Max(L2, Memory));
        Bound = Seconds == Memory ? "memory" : Seconds == L2 ? "L2" : what;
        double products = launch.Threads["Float32"] * 2 / H100.Float32Rate + launch.Warps["Tensor"] * 16 * 8 * 8 * 2 / H100.Tf32Rate;
        Roofline = Math.Max(launch.Warps["Tensor"] > 0 ? launch.Warps["Tensor"] * 16 * 8 * 8 * 2 / H100.Tf32Rate : products, Memory);

        double Cycles(string kind) => launch.Warps[kind] * Costs[kind].Cycles;
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
