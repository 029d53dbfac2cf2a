using Microsoft.ML.OnnxRuntime;
using Nin.Data;

namespace Nin.Samples;

/// <summary>The imported network and ONNX Runtime on the same photographs.</summary>
static class Comparison
{
    const int Most = 32;

    /// <summary>Prints how far the features of both are apart; 1 where that is more than rounding.</summary>
    /// <param name="onnx">The network.</param>
    /// <param name="preprocessing">The network that prepares pictures for it: levels of 0 to 255, red first.</param>
    /// <param name="weights">What <c>nin import</c> made of the first.</param>
    /// <param name="folder">Pictures.</param>
    public static int Run(string onnx, string preprocessing, string weights, string folder)
    {
        using var device = Device.Best();
        using var net = ResNet18.Load(device, weights);
        using var own = new ResNet18(device);
        Photos.LoadBody(own, weights);
        using var runtime = new InferenceSession(onnx);
        using var prepare = new InferenceSession(preprocessing);
        using var images = net.CreateInput(1);
        var pictures = Photos.Load(folder).Images;
        var levels = new ImageTransform(pictures, new DataLoaderOptions { Normalization = new([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]) });
        var normalized = new ImageTransform(pictures, new DataLoaderOptions { Normalization = Photos.Normalization });
        float[] picture = new float[levels.ImageLength];
        double worst = 0, worstOwn = 0;
        int count = Math.Min(Most, pictures.Count);
        for (int i = 0; i < count; i++)
        {
            // Spread over all classes.
            int index = (int)((long)i * pictures.Count / count);
            levels.Write(index, epoch: 0, picture);
            float[] prepared = Answer(prepare, picture);
            float[] want = Answer(runtime, prepared);
            worst = Math.Max(worst, Apart(net.Forward(images.CopyFrom(prepared, 1, Layout.Nchw)).ToArray(Layout.Nchw), want));
            normalized.Write(index, epoch: 0, picture);
            worstOwn = Math.Max(worstOwn, Apart(own.Forward(images.CopyFrom(picture, 1, Layout.Nchw)).ToArray(Layout.Nchw), want));
        }

        Console.WriteLine(FormattableString.Invariant($"{count} photographs: features differ from ONNX Runtime's by {worst:E1} of the largest at most"));
        Console.WriteLine(FormattableString.Invariant($"with a mean for each colour in the place of the mean image: by {worstOwn:P1}"));
        return worst < 1e-4 ? 0 : 1;
    }

    static float[] Answer(InferenceSession session, float[] image)
    {
        using var value = OrtValue.CreateTensorValueFromMemory(image, [1, 3, Photos.Size, Photos.Size]);
        using var options = new RunOptions();
        using var results = session.Run(options, [session.InputNames[0]], [value], [session.OutputNames[0]]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    static double Apart(float[] got, float[] want) => got.Zip(want, (a, b) => Math.Abs(a - b)).Max() / want.Max(MathF.Abs);
}
