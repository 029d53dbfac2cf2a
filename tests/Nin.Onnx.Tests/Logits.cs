using Microsoft.ML.OnnxRuntime;

namespace Nin.Onnx.Tests;

/// <summary>What networks answer, here and in ONNX Runtime.</summary>
static class Logits
{
    /// <summary>Images of a seed, <c>[batch, channels, height, width]</c>.</summary>
    public static float[] Images(Shape shape, int batch, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, checked((int)(shape.Length * batch))).Select(_ => (float)(random.NextDouble() * 2 - 1))];
    }

    /// <summary>A network's answers.</summary>
    public static float[] Of(INetwork network, float[] images, int batch)
    {
        using var session = network.CreateSession(batch);
        using var x = new TensorBuffer(network.Device, batch, network.Architecture.Input);
        var y = session.Forward(x.CopyFrom(images, batch, Layout.Nchw));
        float[] logits = new float[network.Architecture.Output.Length * batch];
        y.CopyTo(logits, Layout.Nchw);
        return logits;
    }

    /// <summary>ONNX Runtime's, of a file.</summary>
    public static float[] OfRuntime(string path, Shape input, float[] images, int batch)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(path, options);
        using var value = OrtValue.CreateTensorValueFromMemory(images, [batch, input.Channels, input.Height, input.Width]);
        using var run = new RunOptions();
        using var results = session.Run(run, [session.InputNames[0]], [value], [session.OutputNames[0]]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>Equal within float32's rounding over sums as long as a network's.</summary>
    public static void ShouldAgree(float[] got, float[] wanted)
    {
        got.Should().HaveSameCount(wanted);
        float scale = wanted.Max(MathF.Abs);
        scale.Should().BeGreaterThan(0, "a network that answers 0 proves nothing");
        float worst = got.Zip(wanted, (a, b) => MathF.Abs(a - b)).Max();
        worst.Should().BeLessThan(1e-4f * scale);
    }
}
