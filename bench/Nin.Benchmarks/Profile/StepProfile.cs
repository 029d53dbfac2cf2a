using System.Diagnostics;
using Nin.Benchmarks.Table;

namespace Nin.Benchmarks.Profile;

/// <summary>
/// Where the time of a training step goes: a network's own steps, each timed in its place between the others, so that caches are as warm
/// as they are in training.
/// </summary>
sealed class StepProfile : IDisposable
{
    const int Passes = 9;
    const int WarmUp = 3;

    readonly List<DeviceBuffer> buffers = [];
    readonly Device device;
    readonly DeviceStream stream;
    readonly ProfiledStep[] steps;
    readonly DeviceView input;
    readonly int batch;

    StepProfile(Device device, INetwork network, int batch)
    {
        this.device = device;
        this.batch = batch;
        stream = device.CreateStream();
        steps = [.. NetworkSteps.Of(network).Select(s => new ProfiledStep(s.Layer, s.Step))];
        using var images = Networks.Noise(device, batch, network.Architecture.Input);
        input = Allocate(batch * network.Architecture.Input.Length);
        input.CopyFrom(images.Tensor.ToArray(Layout.Nhwc));
        foreach (var step in steps)
        {
            var memory = step.Step.Memory;
            step.Output = Allocate(batch * step.Step.Output.Length);
            step.Gradient = Allocate(batch * step.Step.Output.Length);
            step.Saved = new Saved(AllocateOrNone(batch * memory.SavedPerExample), AllocateOrNone(memory.SavedFixed));
        }
    }

    /// <summary>Measures and prints it as Markdown.</summary>
    public static void Print(Options options)
    {
        Machine.Print();
        using var device = Device.Open("cpu", options.Threads);
        string model = options.Model.Length > 0 ? options.Model : Networks.Ids[0];
        using var network = Networks.Create(model, device);
        using var profile = new StepProfile(device, network, options.Batch);
        for (int i = 0; i < WarmUp + Passes; i++)
        {
            network.Parameters.ZeroGrad();
            // What an optimiser does: packed weights are good for one step only.
            network.Parameters[0].MarkWritten();
            profile.Run(i, isTimed: i >= WarmUp);
        }

        profile.PrintTimes(model);
    }

    void Run(int step, bool isTimed)
    {
        var pass = new Pass(stream, batch, seed: 1, step);
        for (int i = 0; i < steps.Length; i++)
        {
            var s = steps[i];
            Time(s.Inference, isTimed, () => s.Step.Infer(pass, InputOf(i), s.Output));
        }

        for (int i = 0; i < steps.Length; i++)
        {
            var s = steps[i];
            Time(s.Forward, isTimed, () => s.Step.Forward(pass, InputOf(i), s.Output, s.Saved));
        }

        var last = steps[^1];
        last.Gradient.CopyFrom(Enumerable.Repeat(1f / batch, (int)last.Gradient.Length).ToArray());
        for (int i = steps.Length - 1; i >= 0; i--)
        {
            var s = steps[i];
            Time(s.Backward, isTimed, () => s.Step.Backward(pass, s.Gradient, i > 0 ? steps[i - 1].Gradient : default, InputOf(i), s.Output, s.Saved));
        }
    }

    void Time(List<double> times, bool isTimed, Action run)
    {
        long start = Stopwatch.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        run();
        // Of one thread the processor time, which other programs disturb less.
        var time = device.Threads == 1 ? Environment.CpuUsage.TotalTime - used : Stopwatch.GetElapsedTime(start);
        if (isTimed) times.Add(time.TotalMilliseconds);
    }

    void PrintTimes(string model)
    {
        double inference = steps.Sum(s => Spread.Of(s.Inference).Median);
        double forward = steps.Sum(s => Spread.Of(s.Forward).Median), backward = steps.Sum(s => Spread.Of(s.Backward).Median);
        double all = forward + backward;
        Console.WriteLine(
            $"{model}, batch {batch}, {device.Threads} threads, {(device.Threads == 1 ? "processor time" : "time")}: median of {Passes} passes, without loss and optimiser");
        Console.WriteLine();
        Console.WriteLine("| layer | step | inference ms | forward ms | backward ms | share of training |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var s in steps)
        {
            double i = Spread.Of(s.Inference).Median, f = Spread.Of(s.Forward).Median, b = Spread.Of(s.Backward).Median;
            Console.WriteLine($"| {s.Layer} | {s.Step.GetType().Name} | {i:0.00} | {f:0.00} | {b:0.00} | {100 * (f + b) / all:0.0} % |");
        }

        Console.WriteLine($"| all | {1e3 * batch / all:0.0} examples/s | {inference:0.0} | {forward:0.0} | {backward:0.0} | |");
        Console.WriteLine();
    }

    public void Dispose()
    {
        foreach (var buffer in buffers) buffer.Dispose();
        stream.Dispose();
    }

    DeviceView InputOf(int i) => i > 0 ? steps[i - 1].Output : input;

    DeviceView AllocateOrNone(long length) => length > 0 ? Allocate(length) : default;

    DeviceView Allocate(long length)
    {
        var buffer = device.Allocate(length);
        buffers.Add(buffer);
        return buffer.View;
    }
}
