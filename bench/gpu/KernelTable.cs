using System.Diagnostics;
using Nin.Benchmarks.Peak;
using Nin.Runner.Models;

namespace Nin.Benchmarks.Gpu;

/// <summary>Each convolution of the book's network beside a loop of multiply-adds on registers, in turn.</summary>
static class KernelTable
{
    const int Turns = 5;
    const double TurnShare = 0.05;

    public static void Print(Report report, Device device, GpuOptions options)
    {
        using var stream = device.CreateStream();
        using var kernels = new LayerKernels(device, options.Batch);
        using var peak = FmaRate.On(device);
        foreach (var kernel in kernels.Of(BookNin.Architecture).Where(k => k.Layer.Contains(options.Only, StringComparison.Ordinal)))
        {
            if (!report.HasTimeFor($"{kernel.Layer} {kernel.Direction}, {device.Precision}")) continue;
            kernel.Run();
            device.Synchronize();
            int calls = Math.Clamp((int)(TurnShare * options.Seconds / Seconds(device, kernel, calls: 1)), 1, 1000);
            double[] times = new double[Turns], loop = new double[Turns], share = new double[Turns];
            for (int i = 0; i < Turns; i++)
            {
                times[i] = Seconds(device, kernel, calls);
                loop[i] = peak.Measure();
                share[i] = 2e-9 * kernel.Macs / times[i] / loop[i];
            }

            Array.Sort(times);
            Array.Sort(loop);
            Array.Sort(share);
            double time = times[Turns / 2];
            report.Row(
                device, $"book, {kernel.Layer}", kernel.Direction, options.Batch, 1e3 * time, $"{2e-9 * kernel.Macs / time:#,0} GFLOP/s",
                $"{100 * share[Turns / 2]:0} % of an FMA loop ({loop[Turns / 2]:#,0})");
        }
    }

    static double Seconds(Device device, LayerKernel kernel, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++) kernel.Run();
        device.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
