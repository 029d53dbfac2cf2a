using System.Globalization;
using Nin.Benchmarks.Peers;
using Nin.Training;

namespace Nin.Benchmarks.Baselines;

/// <summary>Nin's own side of the table: <c>measure train|infer MODEL BATCH SECONDS</c>, the arguments that peers take, too.</summary>
static class NinProcess
{
    /// <summary>The command of this program that runs it.</summary>
    public const string Command = "measure";

    /// <summary>Measures and prints the line.</summary>
    public static void Run(ReadOnlySpan<string> args)
    {
        int batch = int.Parse(args[2], CultureInfo.InvariantCulture);
        using var device = Device.Open("cpu");
        using var network = Networks.Create(args[1], device);
        Console.WriteLine(Measure(network, args[0] == "train", batch, double.Parse(args[3], CultureInfo.InvariantCulture)));
    }

    /// <summary>Times whole steps over a batch of noise.</summary>
    public static Measurement Measure(INetwork network, bool training, int batch, double seconds, bool isQuiet = false)
    {
        using var session = network.CreateSession(batch);
        using var images = Networks.Noise(network.Device, batch, network.Architecture.Input);
        using var sgd = new Sgd(network.Parameters, learningRate: 0.01);
        int[] labels = Networks.Labels(batch);
        var logits = new float[batch * network.Architecture.Output.Length];
        Action step = training
            ? () => session.TrainStep(images, labels, sgd)
            : () => session.Forward(images).CopyTo(logits, Layout.Nhwc);
        return Measurement.Run(step, seconds, () => network.Device.AllocatedBytes, isQuiet);
    }
}
