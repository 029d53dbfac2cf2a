using System.Runtime.InteropServices;
using Nin.Benchmarks.Models;
using Nin.Runner.Models;

namespace Nin.Benchmarks;

/// <summary>The networks that are measured.</summary>
static class Networks
{
    /// <summary>Their ids.</summary>
    public static IReadOnlyList<string> Ids { get; } = ["book", "mnist28", "mobilenet", "lenet", "resnet18", "alexnet", "vgg11"];

    /// <summary>A network by its id.</summary>
    public static INetwork Create(string id, Device device) => Checked(id) switch
    {
        "book" => new BookNin(device),
        "mnist28" => new Mnist28(device),
        "mobilenet" => new MobileNet(device),
        "lenet" => new LeNet(device),
        "resnet18" => new ResNet18(device),
        "alexnet" => new AlexNet(device),
        _ => new Vgg11(device),
    };

    /// <summary>The id, if it is one.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static string Checked(string id) =>
        Ids.Contains(id) ? id : throw new ArgumentException($"There is no model '{id}' here: use {string.Join(" or ", Ids)}.");

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
