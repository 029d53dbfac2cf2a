using System.Diagnostics;
using Nin.Training;

namespace Nin.Benchmarks.Estimate;

/// <summary>What a training step asks of the device, and of the host, on this processor.</summary>
/// <param name="Launches">As the driver counted them.</param>
/// <param name="Texts">The PTX of each program.</param>
/// <param name="FirstMilliseconds">The network's first step with launches that return at once: kernels are compiled to PTX, and the rest is done once.</param>
/// <param name="HostMicroseconds">A later step with launches that return at once.</param>
/// <param name="HasGraphs">Whether that step launched graphs (<c>NIN_CUDA_GRAPHS</c>).</param>
/// <param name="LastBatch">Examples of the last batch of Fashion-MNIST's epoch.</param>
/// <param name="NewKernels">Kernels that are compiled for it alone.</param>
/// <param name="Macs">Multiply-adds of all products of the step: forward, and both gradients of every layer but the first, which has no data gradient.</param>
sealed record TrainingStep(
    LaunchRecord[] Launches, Dictionary<int, string> Texts, double FirstMilliseconds, double HostMicroseconds, bool HasGraphs, int LastBatch, int NewKernels, double Macs)
{
    public static TrainingStep Of<TNet, TIn, TOut>(SimulatedDriver driver, Device device, int batch)
        where TNet : INetwork<TNet, TIn, TOut>
        where TIn : struct, IShape
        where TOut : struct, IShape
    {
        const int Warm = 50, Steps = 200, Examples = 60_000;
        using var net = TNet.Create(device, seed: 0);
        using var sgd = new Sgd(net.Parameters, learningRate: 0.1);
        int rest = Examples % batch == 0 ? batch : Examples % batch;
        using var images = net.CreateInput(batch);
        using var fewer = net.CreateInput(rest);
        int[] labels = [.. Enumerable.Range(0, batch).Select(i => i % 10)];

        driver.Skip(true);
        var clock = Stopwatch.StartNew();
        Step();
        double first = clock.Elapsed.TotalMilliseconds;
        for (int i = 0; i < Warm; i++) Step();
        clock.Restart();
        for (int i = 0; i < Steps; i++) Step();
        double host = 1e3 * clock.Elapsed.TotalMilliseconds / Steps;

        driver.Skip(false);
        Step();
        LaunchRecord[] launches = driver.Count(Step);
        var texts = launches.GroupBy(l => l.Program).ToDictionary(g => g.Key, g => driver.TextOf(g.First()));
        LaunchRecord[] last = driver.Count(() => net.TrainStep(fewer, labels.AsSpan(0, rest), sgd));
        long[] macs = [.. TNet.Architecture.Layers.Select(l => l.Macs).Where(m => m > 0)];
        bool hasGraphs = ((AcceleratorDevice)device).Graphs?.Replayed > 0;
        return new(launches, texts, first, host, hasGraphs, rest, last.Select(l => l.Program).Except(texts.Keys).Count(), (double)batch * (3 * macs.Sum() - macs[0]));

        void Step() => net.TrainStep(images, labels, sgd);
    }
}
