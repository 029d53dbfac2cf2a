using System.Diagnostics;
using Nin.Data;
using Nin.App.Results;
using Nin.Training;

namespace Nin.App.Benchmarks;

/// <summary>Times whole steps of a session over one synthetic batch that stays on the device.</summary>
sealed class Benchmark(ModelEntry model, string workload, int batch, int steps)
{
    /// <summary>Untimed steps: memory is taken, kernels and hot methods are compiled.</summary>
    const int WarmUp = 5;

    /// <exception cref="OperationCanceledException">The user interrupted it.</exception>
    public BenchResult Run(Device device, CancellationToken cancellation)
    {
        using var network = model.Create(device, 0);
        using var session = network.CreateSession(batch);
        using var input = new TensorBuffer(device, batch, network.Architecture.Input);
        using var optimizer = new Sgd(network.Parameters, learningRate: 0.01, momentum: 0.9, weightDecay: 5e-4, nesterov: true);
        int[] labels = Fill(input);
        var tensor = input.Tensor;
        var logits = new float[batch * network.Architecture.Output.Length];
        Action step = workload == "train"
            ? () => session.TrainStep(tensor, labels, optimizer)
            : () => session.Forward(tensor).CopyTo(logits, Layout.Nhwc);

        for (int i = 0; i < WarmUp; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            step();
        }

        return Measure(device, step, cancellation);
    }

    BenchResult Measure(Device device, Action step, CancellationToken cancellation)
    {
        var times = new double[steps];
        var allocated = new long[steps];
        for (int i = 0; i < steps; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            long bytes = GC.GetTotalAllocatedBytes(precise: true) + device.AllocatedBytes, start = Stopwatch.GetTimestamp();
            step();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            allocated[i] = GC.GetTotalAllocatedBytes(precise: true) + device.AllocatedBytes - bytes;
        }

        Array.Sort(times);
        // The median: now and then the runtime's compiler, which recompiles hot methods during the steps, allocates a few kilobytes.
        Array.Sort(allocated);
        double median = (times[(steps - 1) / 2] + times[steps / 2]) / 2;
        using var process = Process.GetCurrentProcess();
        return new BenchResult(
            model.Id, workload, batch, device.Id, device.Threads, median, times[0], 1000 * batch / median,
            process.PeakWorkingSet64 / (double)(1 << 20), allocated[steps / 2]);
    }

    int[] Fill(TensorBuffer input)
    {
        var shape = input.Shape;
        var data = SyntheticDataset.Create(batch, shape.Channels, shape.Height, shape.Width, seed: 0);
        var transform = new ImageTransform(data, new DataLoaderOptions { Normalization = model.Normalization });
        var images = new float[batch * shape.Length];
        for (int i = 0; i < batch; i++) transform.Write(i, epoch: 0, images.AsSpan(i * transform.ImageLength, transform.ImageLength));
        input.CopyFrom(images, Layout.Nchw);
        return data.Labels.ToArray();
    }
}
