using System.Runtime.InteropServices;
using Nin.Benchmarks.Models;
using Nin.Runner.Models;

namespace Nin.Benchmarks;

/// <summary>The networks that are measured.</summary>
static class Networks
{
    static readonly OrderedDictionary<string, Func<Device, INetwork>> All = new()
    {
        ["book"] = device => new BookNin(device),
        ["mnist28"] = device => new Mnist28(device),
        ["quick28"] = device => new Quick28(device),
        ["lenet"] = device => new LeNet(device),
        ["mobilenet"] = device => new MobileNet(device),
        ["mobilenet-96"] = device => new MobileNetAt96(device),
        ["mobilenet-v2"] = device => new MobileNetV2(device),
        ["squeezenet"] = device => new SqueezeNet(device),
        ["resnet18"] = device => new ResNet18(device),
        ["resnet18-64"] = device => new ResNet18At64(device),
        ["alexnet"] = device => new AlexNet(device),
        ["vgg11"] = device => new Vgg11(device),
    };

    /// <summary>Their ids.</summary>
    public static IReadOnlyList<string> Ids { get; } = [.. All.Keys];

    /// <summary>A network by its id.</summary>
    public static INetwork Create(string id, Device device) => All[Checked(id)](device);

    /// <summary>The id, if it is one.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static string Checked(string id) =>
        All.ContainsKey(id) ? id : throw new ArgumentException($"There is no model '{id}' here: use {string.Join(" or ", Ids)}.");

    /// <summary>A batch of noise from 0 to 1, the same at each call.</summary>
    public static unsafe TensorBuffer Noise(Device device, int batch, Shape shape)
    {
        var random = new Random(1);
        var images = new TensorBuffer(device, batch, shape);
        int length = checked((int)(batch * shape.Length));
        // Not on the managed heap: a collector that is never called would keep the copy, and it would count as what a step takes.
        float* pixels = (float*)NativeMemory.Alloc((nuint)length, sizeof(float));
        try
        {
            for (int i = 0; i < length; i++) pixels[i] = random.NextSingle();
            images.CopyFrom(new ReadOnlySpan<float>(pixels, length), Layout.Nchw);
            return images;
        }
        finally
        {
            NativeMemory.Free(pixels);
        }
    }

    /// <summary>One of ten classes an example.</summary>
    public static int[] Labels(int batch) => [.. Enumerable.Range(0, batch).Select(i => i % 10)];
}
