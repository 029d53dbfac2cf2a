using System.Diagnostics;
using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using Nin.Ops;
using Nin.Training;

namespace Nin.Benchmarks.Gpu;

/// <summary>
/// Each kernel of a training step by itself, as <c>bench/gpu/estimate</c> lists them: a launch is waited for before the next, and what the shortest one takes, which is the
/// driver's part, is taken off. Kernels that others would overlap with look longer here than they are.
/// </summary>
static class LaunchTable
{
    const int Steps = 7;

    public static void Print(Report report, Device device, GpuOptions options)
    {
        // Launches in a graph are not told of.
        if (device is not AcceleratorDevice accelerator || options.Graphs || options.Models is not [var model, ..] || !report.HasTimeFor($"the launches of {model}, {device.Precision}")) return;
        using var network = Networks.Create(model, device);
        using var session = network.CreateSession(options.Batch);
        using var images = Networks.Noise(device, options.Batch, network.Architecture.Input);
        using var sgd = new Sgd(network.Parameters, learningRate: 0.01);
        int[] labels = Networks.Labels(options.Batch);
        // Kernels are compiled, and weights packed that are packed once.
        for (int i = 0; i < 2; i++) session.TrainStep(images, labels, sgd);
        var steps = new List<List<WatchedLaunch>>();
        var watch = new Stopwatches(accelerator);
        using var stream = device.CreateStream();
        double floor = watch.Watch(() =>
        {
            for (int i = 0; i < 50; i++) device.Kernels.Get<IFill>().Run(stream, 0, ((Tensor)images).View.Slice(0, 1));
        }).Select(l => l.Microseconds).Order().ElementAt(25);
        for (int i = 0; i < Steps; i++) steps.Add(watch.Watch(() => session.TrainStep(images, labels, sgd)));

        var medians = steps[0].Select((launch, i) => launch with { Microseconds = Math.Max(0, Median(steps.Where(s => s.Count > i).Select(s => s[i].Microseconds)) - floor) }).ToList();
        foreach (var kernel in medians.GroupBy(l => (l.Name, l.Blocks, l.Threads)))
        {
            report.Row(
                device, $"{model}, {kernel.Key.Name}", "launches of a training step", options.Batch, 1e-3 * kernel.Sum(l => l.Microseconds), kernel.Count() == 1 ? "1 launch" : $"{kernel.Count():#,0} launches",
                $"{kernel.Key.Blocks:#,0} x {kernel.Key.Threads:#,0}");
        }

        report.Row(
            device, $"{model}, all kernels", "launches of a training step", options.Batch, 1e-3 * medians.Sum(l => l.Microseconds), $"{medians.Count:#,0} launches",
            $"{floor:0.0} µs are taken off each");
    }

    static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    sealed record WatchedLaunch(string Name, int Blocks, int Threads, double Microseconds);

    /// <summary>Times each launch between two waits for its queue.</summary>
    sealed class Stopwatches(AcceleratorDevice device) : LaunchWatch
    {
        readonly List<WatchedLaunch> launches = [];
        long start;

        public List<WatchedLaunch> Watch(Action work)
        {
            launches.Clear();
            device.Watch = this;
            try
            {
                work();
            }
            finally
            {
                device.Watch = null;
            }

            return [.. launches];
        }

        public override void Before(AcceleratorStream queue)
        {
            queue.Synchronize();
            start = Stopwatch.GetTimestamp();
        }

        public override void After(AcceleratorStream queue, MethodInfo kernel, in KernelConfig config)
        {
            queue.Synchronize();
            launches.Add(new(NameOf(kernel), config.GridDim.Size, config.GroupDim.Size, Stopwatch.GetElapsedTime(start).TotalMicroseconds));
        }
    }
}
