using Nin.Runner.Models;
using Nin.Training;

namespace Nin.Benchmarks.Gpu;

/// <summary>Whole networks on the device beside the same ones on the CPU: logits, loss, and what a step changes.</summary>
static class AgreementCheck
{
    const int Batch = 9;

    /// <summary>Prints a row per network.</summary>
    public static void Print(Report report, Device device, GpuOptions options)
    {
        using var cpu = Device.Open("cpu");
        foreach (string model in options.Compared)
        {
            if (report.HasTimeFor($"comparing {model} with the CPU, {device.Precision}")) report.Agrees &= Row(report, model, device, cpu, Made[model]);
        }
    }

    /// <summary>The networks that can be compared: the book's, one with dropout, one with BatchNorm.</summary>
    public static IReadOnlyDictionary<string, Func<Device, INetwork>> Made { get; } = new Dictionary<string, Func<Device, INetwork>>
    {
        ["book"] = d => new BookNin(d, seed: 1), ["mnist28"] = d => new Mnist28(d, seed: 1), ["modern28"] = d => new Modern28(d, seed: 1),
    };

    /// <summary>
    /// Largest distance, relative to the norm. Sums of some ten thousand products in float32 stay well below the first; operands rounded to TF32
    /// move a product by 2^-10, and a change of the first weights comes after some 24 layers of them, forward and back.
    /// </summary>
    static double Tolerance(Device device) => device.Profile.Products == ProductVariant.TensorCoresTf32 ? 24.0 / 1024 : 1e-4;

    static bool Row(Report report, string name, Device device, Device cpu, Func<Device, INetwork> make)
    {
        Step got = Step.Of(device, make), want = Step.Of(cpu, make);
        double logits = Distance(got.Logits, want.Logits), loss = Math.Abs(got.Loss - want.Loss);
        double changes = Change(got, want);
        bool agrees = new[] { logits, loss, changes }.All(d => d <= Tolerance(device));
        report.Row(
            device, $"{name}, beside the CPU", "training step", Batch, null, "",
            $"logits {logits:E1}, loss {loss:E1}, change of weights {changes:E1}: {(agrees ? "agrees" : "DISAGREES")}");
        return agrees;
    }

    // Over all weights at once: the gradient of a bias that a normalisation cancels is rounding alone.
    static double Change(Step got, Step want) => Distance([.. got.Changes.SelectMany(c => c)], [.. want.Changes.SelectMany(c => c)]);

    static double Distance(float[] a, float[] b)
    {
        double distance = 0, norm = 0;
        for (int i = 0; i < a.Length; i++)
        {
            distance += Math.Pow((double)a[i] - b[i], 2);
            norm += (double)b[i] * b[i];
        }

        return distance == 0 ? 0 : Math.Sqrt(distance / norm);
    }

    sealed record Step(float[] Logits, float Loss, float[][] Changes)
    {
        public static Step Of(Device device, Func<Device, INetwork> make)
        {
            using var network = make(device);
            using var session = network.CreateSession(Batch);
            using var images = Networks.Noise(device, Batch, network.Architecture.Input);
            using var sgd = new Sgd(network.Parameters, learningRate: 0.01);
            float[] logits = session.Forward(images).ToArray(Layout.Nhwc);
            float[][] before = [.. network.Parameters.Select(p => p.ToArray())];
            float loss = session.TrainStep(images, Networks.Labels(Batch), sgd);
            return new Step(logits, loss, [.. network.Parameters.Select((p, i) => p.ToArray().Zip(before[i], (a, b) => a - b).ToArray())]);
        }
    }
}
