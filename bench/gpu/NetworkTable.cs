using Nin.Benchmarks.Contestants;

namespace Nin.Benchmarks.Gpu;

/// <summary>Training and inference of whole networks.</summary>
static class NetworkTable
{
    public static void Print(Device device, GpuOptions options)
    {
        Console.WriteLine();
        Console.WriteLine("| network | workload | batch | ms, median | ms, least | examples/s | device MiB |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (string model in Networks.Ids)
        {
            foreach (bool training in new[] { true, false })
            {
                using var network = Networks.Create(model, device);
                var measured = NinProcess.Measure(network, training, options.Batch, options.Seconds, isQuiet: true);
                Console.WriteLine(
                    $"| {model} | {(training ? "training" : "inference")} | {options.Batch} | {measured.MsMedian:0.00} | {measured.MsMin:0.00} | " +
                    $"{1000 * options.Batch / measured.MsMedian:#,0} | {device.AllocatedBytes >> 20:#,0} |");
            }
        }
    }
}
