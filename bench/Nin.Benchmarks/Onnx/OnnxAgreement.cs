using System.Runtime.InteropServices;
using Nin.Benchmarks.Baselines;
using Nin.Dimensions;
using Nin.Onnx;
using Nin.Runner.Models;

namespace Nin.Benchmarks.Onnx;

/// <summary>Both answer alike for the same weights and images: else neither's speed means anything.</summary>
static class OnnxAgreement
{
    const double Tolerance = 1e-4;
    const int Batch = 7;

    /// <summary>Prints the largest difference of a logit; false where they disagree or ONNX Runtime cannot run.</summary>
    public static bool Print(Options options)
    {
        var peer = Field.OnnxRuntime();
        using var device = Device.Open("cpu", options.Threads);
        using var network = new BookNin(device);
        FillBiases(network);
        using var images = Networks.Noise(device, Batch, BookNin.Architecture.Input);
        float[] mine = network.Forward(images.Tensor.As<Chw<D1, D224, D224>>()).ToArray(Layout.Nchw);
        float[]? theirs = Ask(peer, network, images.ToArray(Layout.Nchw), out string? reason);
        if (theirs is null)
        {
            Console.WriteLine($"Agreement with ONNX Runtime could not be checked: {reason}");
            return false;
        }

        double largest = mine.Max(Math.Abs), difference = mine.Zip(theirs, (a, b) => (double)Math.Abs(a - b)).Max();
        // Logits that are all zero after the last ReLU would agree whatever was computed before.
        bool agree = difference <= Tolerance && mine.Concat(theirs).All(float.IsFinite) && mine.Count(v => v > 0.01) > Batch;
        Console.WriteLine(
            $"ONNX Runtime on the same weights and {Batch} images: logits up to {largest:0.000}, largest difference {difference:0.0e0}: " +
            $"{(agree ? "agrees" : "DISAGREES")} (tolerance {Tolerance:0e0})");
        Console.WriteLine();
        return agree;
    }

    static float[]? Ask(Baseline peer, BookNin network, float[] images, out string? reason)
    {
        string folder = Directory.CreateTempSubdirectory("nin-agreement").FullName;
        try
        {
            string model = Path.Combine(folder, "book.onnx"), input = Path.Combine(folder, "images"), output = Path.Combine(folder, "logits");
            OnnxExport.Save(network, model);
            File.WriteAllBytes(input, MemoryMarshal.AsBytes(images.AsSpan()));
            string? failure = peer.Unavailable;
            if (failure is null)
            {
                var end = ChildProcess.Run([.. peer.Command, "check", model, $"{Batch}", input, output], peer.Variables, line => failure = line);
                if (end.ExitCode != 0) failure ??= end.Errors;
            }

            reason = failure;
            return File.Exists(output) ? MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(output)).ToArray() : null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Biases start at zero, which would hide a bias that is read wrongly.
    static void FillBiases(BookNin network)
    {
        var random = new Random(2);
        foreach (var bias in network.Parameters.Where(p => p.Spec.Role == ParameterRole.Bias))
        {
            var values = new float[bias.Length];
            for (int i = 0; i < values.Length; i++) values[i] = random.NextSingle() - 0.3f;
            bias.CopyFrom(values);
        }
    }
}
