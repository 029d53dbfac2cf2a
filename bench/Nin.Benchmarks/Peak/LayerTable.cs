using System.Diagnostics;
using Nin.Benchmarks.Table;
using Nin.Runner.Models;

namespace Nin.Benchmarks.Peak;

/// <summary>Share of the FMA peak that each convolution reaches.</summary>
static class LayerTable
{
    const int Turns = 7;

    /// <summary>Measures and prints it as Markdown.</summary>
    public static void Print(Options options)
    {
        Machine.Print();
        if (options.Model != "mnist28") Print("book", BookNin.Architecture, options);
        if (options.Model != "book") Print("mnist28", Mnist28.Architecture, options);
    }

    static void Print(string model, Architecture architecture, Options options)
    {
        using var device = (CpuDevice)Device.Open("cpu", options.Threads);
        using var peak = new FmaPeak(device);
        using var kernels = new LayerKernels(device, options.Batch);
        Console.WriteLine($"{model}, batch {options.Batch}, {device.Threads} threads: kernel and FMA loop alternating, {Turns} times; medians");
        Console.WriteLine();
        Console.WriteLine("| layer | direction | ms | GFLOP/s | FMA loop GFLOP/s | share (lowest-highest turn) |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var kernel in kernels.Of(architecture).Where(k => options.Wants(k.Layer)))
            PrintRow(kernel, peak);
        Console.WriteLine();
    }

    static void PrintRow(LayerKernel kernel, FmaPeak peak)
    {
        // A call may be too short for the clock and the pool's waking, so that several make a turn.
        kernel.Run();
        int calls = Math.Clamp((int)(0.05 / Seconds(kernel, calls: 2)), 1, 1000);
        double[] seconds = new double[Turns], loop = new double[Turns];
        peak.Measure();
        for (int i = 0; i < Turns; i++)
        {
            seconds[i] = Seconds(kernel, calls);
            loop[i] = peak.Measure();
        }

        double work = 2e-9 * kernel.Macs;
        double time = Spread.Of(seconds).Median;
        var share = Spread.Of(seconds.Zip(loop, (s, top) => work / s / top));
        Console.WriteLine(
            $"| {kernel.Layer} | {kernel.Direction} | {1e3 * time:0.00} | {work / time:0} | {Spread.Of(loop).Median:0} | " +
            $"{100 * share.Median:0} % ({100 * share.Low:0}-{100 * share.High:0}) |");
    }

    static double Seconds(LayerKernel kernel, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++) kernel.Run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
