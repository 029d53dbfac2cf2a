using Nin.Benchmarks.Baselines;

namespace Nin.Benchmarks.Gpu;

/// <summary>Training and inference of whole networks.</summary>
static class NetworkTable
{
    public static void Print(Report report, Device device, GpuOptions options)
    {
        foreach (string model in options.Models)
        {
            foreach (bool training in new[] { true, false })
            {
                string workload = training ? "training" : "inference";
                if (!report.HasTimeFor($"{workload} of {model}, {device.Precision}")) continue;
                using var network = Networks.Create(model, device);
                var graphs = (device as AcceleratorDevice)?.Graphs;
                long before = graphs?.Replayed ?? 0;
                var measured = NinProcess.Measure(network, training, options.Batch, options.Seconds, isQuiet: true);
                report.Row(
                    device, model, workload, options.Batch, measured.MsMedian, $"{1000 * options.Batch / measured.MsMedian:#,0} examples/s",
                    $"least {measured.MsMin:0.00} ms, {device.AllocatedBytes >> 20:#,0} MiB, {Launches(graphs, before)}");
            }
        }
    }

    static string Launches(CudaGraphs? graphs, long before) => graphs switch
    {
        null => "no graphs",
        { Refused: > 0 } => "graphs refused by the driver",
        _ => $"{graphs.Replayed - before:#,0} graphs launched",
    };
}
