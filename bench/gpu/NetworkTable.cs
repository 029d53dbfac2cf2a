using Nin.Benchmarks.Baselines;

namespace Nin.Benchmarks.Gpu;

/// <summary>Training and inference of whole networks.</summary>
static class NetworkTable
{
    public static void Print(Table table, Device device, GpuOptions options)
    {
        foreach (string model in Networks.Ids)
        {
            foreach (bool training in new[] { true, false })
            {
                using var network = Networks.Create(model, device);
                var measured = NinProcess.Measure(network, training, options.Batch, options.Seconds, isQuiet: true);
                table.Row(
                    model, training ? "training" : "inference", options.Batch, $"{measured.MsMedian:0.00}",
                    $"{1000 * options.Batch / measured.MsMedian:#,0} examples/s", $"least {measured.MsMin:0.00} ms, {device.AllocatedBytes >> 20:#,0} MiB");
            }
        }
    }
}
