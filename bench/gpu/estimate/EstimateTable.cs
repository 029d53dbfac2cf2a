namespace Nin.Benchmarks.Estimate;

/// <summary>The table: a row for launches of one kernel with one grid, in the order of the step, and the sums.</summary>
static class EstimateTable
{
    const double LaunchSeconds = 2e-6;

    public static void Print(LaunchEstimate[] launches, string what, int batch)
    {
        Console.WriteLine($"Estimate, not a measurement, for an H100 SXM: {what}.");
        Console.WriteLine();
        Console.WriteLine("| kernel | launches | blocks x threads | registers | blocks a multiprocessor holds | µs | bound by | of its roofline | sectors over least | bytes over least | conflicts a request |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var group in launches.GroupBy(l => (l.Name, l.Launch.Blocks, l.Launch.ThreadsPerBlock, l.Bound)))
        {
            var first = group.First();
            Console.WriteLine(
                $"| {first.Name} | {group.Count()} | {first.Launch.Blocks:#,0} x {first.Launch.ThreadsPerBlock} | {first.Registers} | {first.Resident} | "
                + $"{1e6 * group.Sum(l => l.Seconds):#,0.0} | {first.Bound} | {Share(group)} | {Sectors(group)} | {Bytes(group)} | {Conflicts(group)} |");
        }

        Console.WriteLine(
            $"| all | {launches.Length} | | | | {1e6 * launches.Sum(l => l.Seconds):#,0.0} | | {Share(launches)} | {Sectors(launches)} | {Bytes(launches)} | {Conflicts(launches)} |");
        Console.WriteLine();
        Console.WriteLine(
            $"{batch / launches.Sum(l => l.Seconds):#,0} examples/s at most; beside it, {launches.Length} launches take about {1e3 * LaunchSeconds * launches.Length:0.0} ms to queue.");
    }

    /// <summary>What the layers' own multiply-adds take at the peak rate, without the zeros of partial tiles that the shares above count as work.</summary>
    /// <param name="launches">The step.</param>
    /// <param name="flops">Operations of all products of the step.</param>
    /// <param name="precision">How they are computed.</param>
    public static void PrintProducts(LaunchEstimate[] launches, double flops, Precision precision)
    {
        double seconds = flops * (precision == Precision.Tf32x3 ? 3 : 1) / (precision == Precision.Float32 ? H100.Float32Rate : H100.Tf32Rate);
        Console.WriteLine(
            $"The products that the layers define would take {1e6 * seconds:#,0} µs at the peak rate, {100 * seconds / launches.Sum(l => l.Seconds):0} % of the estimate.");
    }

    /// <summary>What the step takes of the host: measured, but on this processor, and with a driver that does nothing.</summary>
    public static void PrintHost(TrainingStep step)
    {
        Console.WriteLine(
            $"Measured on this processor, with launches that return at once: {step.FirstMilliseconds:#,0} ms for the first step, in which {step.Texts.Count} kernels are compiled to PTX; "
            + $"{step.HostMicroseconds:#,0} µs of the host for a later one, {step.HostMicroseconds / step.Launches.Length:0.0} a launch, {(step.HasGraphs ? "replayed as graphs" : "launch by launch")}.");
        Console.WriteLine($"An epoch's last batch, of {step.LastBatch} examples, compiles {step.NewKernels} more.");
    }

    static string Share(IEnumerable<LaunchEstimate> launches) => $"{100 * launches.Sum(l => l.Roofline) / launches.Sum(l => l.Seconds):0} %";

    static string Sectors(IEnumerable<LaunchEstimate> launches) => launches.Sum(l => l.Launch.LeastGlobalSectors) is var least and > 0 ? $"{launches.Sum(l => l.Launch.GlobalSectors) / least:0.00}" : "";

    // What passes the L2 cache over what memory must give at least: how often a byte is asked for again, by another warp or later.
    static string Bytes(IEnumerable<LaunchEstimate> launches) => launches.Sum(l => l.Launch.BytesRead + l.Launch.BytesWritten) is var least and > 0
        ? $"{launches.Sum(l => l.Launch.GlobalSectors) * LaunchEstimate.SectorBytes / least:0.00}"
        : "";

    static string Conflicts(IEnumerable<LaunchEstimate> launches) => launches.Sum(l => l.Launch.SharedRequests) is var requests and > 0
        ? $"{launches.Sum(l => l.Launch.SharedPasses - l.Launch.LeastSharedPasses) / requests:0.00}"
        : "";
}
