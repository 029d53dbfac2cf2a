using BenchmarkDotNet.Attributes;
using Nin.Ops;

namespace Nin.Benchmarks.Kernels;

/// <summary>Ops that memory holds up rather than arithmetic, over the output of the book's first block, batch 32: 96 x 54 x 54.</summary>
public class ChannelOps : IDisposable
{
    const int Batch = 32;

    static readonly PoolSizes Pool = new(96, 54, 54, Kernel: 3, Stride: 2);
    static readonly BatchNormSizes Norm = new(54 * 54, 96);

    CpuDevice device = null!;
    DeviceStream stream = null!;
    DeviceBuffer memory = null!;
    DeviceView x;
    DeviceView y;
    DeviceView dy;
    DeviceView dx;
    DeviceView channels;
    DeviceView argmax;

    /// <summary>Takes memory and fills the operands with noise.</summary>
    [GlobalSetup]
    public void Setup()
    {
        device = (CpuDevice)Device.Open("cpu");
        stream = device.CreateStream();
        long length = Batch * Pool.InputLength;
        memory = device.Allocate(4 * length + 8 * Norm.Channels + Batch * Pool.OutputLength / sizeof(float));
        var random = new Random(1);
        var values = new float[memory.Length];
        for (int i = 0; i < values.Length; i++) values[i] = random.NextSingle() - 0.3f;
        memory.View.CopyFrom(values);
        (x, y) = (memory.View.Slice(0, length), memory.View.Slice(length, length));
        (dy, dx) = (memory.View.Slice(2 * length, length), memory.View.Slice(3 * length, length));
        channels = memory.View.Slice(4 * length, 8 * Norm.Channels);
        argmax = memory.View.Slice(4 * length + 8 * Norm.Channels, Batch * Pool.OutputLength / sizeof(float));
    }

    /// <summary>3x3 max pooling, stride 2, with argmax indices.</summary>
    [Benchmark]
    public void MaxPoolForward() => device.Kernels.Get<IMaxPool2dForwardArgmax>().Run(stream, Pool, Batch, x, y, argmax);

    /// <summary>Its gradient.</summary>
    [Benchmark]
    public void MaxPoolBackward() => device.Kernels.Get<IMaxPool2dBackward>().Run(stream, Pool, Batch, argmax, dy, dx, mask: false, accumulate: false);

    /// <summary>Batch normalisation with the batch's statistics, and ReLU.</summary>
    [Benchmark]
    public void BatchNormForward() => device.Kernels.Get<IBatchNorm2dForwardTraining>().Run(
        stream, Norm, Batch, x, Parameters, relu: true, y, Row(4), Row(5));

    /// <summary>Its gradients.</summary>
    [Benchmark]
    public void BatchNormBackward() => device.Kernels.Get<IBatchNorm2dBackward>().Run(
        stream, Norm, Batch, x, Parameters, Row(4), Row(5), relu: true, dy, dx, Row(6), Row(7),
        accumulateData: false, accumulateGamma: false, accumulateBeta: false);

    /// <summary>ReLU.</summary>
    [Benchmark]
    public void ReluForward() => device.Kernels.Get<IActivationForward>().Run(stream, default(Relu), x, y);

    /// <summary>Its gradient.</summary>
    [Benchmark]
    public void ReluBackward() => device.Kernels.Get<IActivationBackward>().Run(stream, default(Relu), y, dy, dx, accumulate: false);

    /// <summary>Frees memory and threads.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        memory.Dispose();
        stream.Dispose();
        device.Dispose();
        GC.SuppressFinalize(this);
    }

    BatchNormParameters Parameters => new(Row(0), Row(1), Row(2), Row(3), Epsilon: 1e-5f, Momentum: 0.1f);

    DeviceView Row(int i) => channels.Slice(i * Norm.Channels, Norm.Channels);
}
