using BenchmarkDotNet.Attributes;
using Nin.Benchmarks.Peak;
using Nin.Ops;

namespace Nin.Benchmarks.Kernels;

/// <summary>The book's k x k convolutions and a 1x1 one, batch 32, in their three directions.</summary>
public class Convolutions : IDisposable
{
    CpuDevice device = null!;
    LayerKernels kernels = null!;
    IReadOnlyList<LayerKernel> directions = [];

    /// <summary>Kernel, channels and filters.</summary>
    [Params("11x11 1-96", "5x5 96-256", "3x3 256-384", "3x3 384-10", "1x1 256-256")]
    public string Layer { get; set; } = "";

    /// <summary>Takes memory and packs nothing yet.</summary>
    [GlobalSetup]
    public void Setup()
    {
        device = (CpuDevice)Device.Open("cpu");
        kernels = new LayerKernels(device, batch: 32);
        directions = kernels.Of(Layer, Layer switch
        {
            "11x11 1-96" => new Conv2dSizes(1, 224, 224, Filters: 96, Kernel: 11, Stride: 4),
            "5x5 96-256" => new Conv2dSizes(96, 26, 26, Filters: 256, Kernel: 5, Padding: 2),
            "3x3 256-384" => new Conv2dSizes(256, 12, 12, Filters: 384, Kernel: 3, Padding: 1),
            "3x3 384-10" => new Conv2dSizes(384, 5, 5, Filters: 10, Kernel: 3, Padding: 1),
            _ => new Conv2dSizes(256, 26, 26, Filters: 256, Kernel: 1),
        });
    }

    /// <summary>Output from input.</summary>
    [Benchmark]
    public void Forward() => directions[0].Run();

    /// <summary>Gradient of the input.</summary>
    [Benchmark]
    public void DataGradient() => directions[1].Run();

    /// <summary>Gradient of the weights and biases.</summary>
    [Benchmark]
    public void WeightGradient() => directions[2].Run();

    /// <summary>Frees memory and threads.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        kernels.Dispose();
        device.Dispose();
        GC.SuppressFinalize(this);
    }
}
