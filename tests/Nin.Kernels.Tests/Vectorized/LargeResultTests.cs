using Nin.Ops;
using Nin.Shapes.Sizes;
using Nin.TestKit;

namespace Nin.Tests.Vectorized;

/// <summary>Results that are stored past the caches, which only those of whole cache lines are: a result elsewhere in memory has the same bits.</summary>
public sealed unsafe class LargeResultTests
{
    const int Batch = 2, Side = 452;

    static readonly Conv2dSizes Pointwise = new(5, Side, Side, 16, Kernel: 1);
    static readonly Conv2dSizes Narrowing = new(16, Side, Side, 5, Kernel: 1);
    static readonly Conv2dSizes Depthwise = new(16, Side, Side, 16, Kernel: 3, Padding: 1, Groups: 16);
    static readonly Conv2dSizes Strided = new(16, Side, Side, 16, Kernel: 3, Stride: 2, Padding: 1, Groups: 16);
    static readonly Conv2dSizes Shrinking = new(16, 2 * Side, 2 * Side, 16, Kernel: 3, Stride: 2, Padding: 1, Groups: 16);

    static readonly Dictionary<string, Action<CpuDevice, DeviceStream, DeviceView>> Ops = new()
    {
        ["1x1"] = (device, stream, y) => Forward(device, stream, Pointwise, y),
        ["gradient of 1x1"] = (device, stream, y) => Backward(device, stream, Narrowing, y),
        ["depthwise"] = (device, stream, y) => Forward(device, stream, Depthwise, y),
        ["gradient of depthwise"] = (device, stream, y) => Backward(device, stream, Depthwise, y),
        ["strided depthwise"] = (device, stream, y) => Forward(device, stream, Shrinking, y),
        ["gradient of strided depthwise"] = (device, stream, y) => Backward(device, stream, Strided, y),
        ["normalisation"] = (device, stream, y) => Normalise(device, stream, (op, x, parameters, rows) =>
            op.Run(stream, Norm, Batch, x, parameters, relu: true, y, rows[0], rows[1])),
        ["normalisation with a residual"] = (device, stream, y) => Normalise(device, stream, (op, x, parameters, rows) =>
            op.Run(stream, Norm, Batch, x, parameters, relu: true, y, rows[0], rows[1], residual: x)),
        ["normalisation with an activation"] = (device, stream, y) => Normalise(device, stream, (op, x, parameters, rows) =>
            op.Run(stream, Norm, Batch, x, parameters, default(Silu), y, rows[0], rows[1])),
    };

    static BatchNormSizes Norm => new(Side * Side, 16);

    public static TheoryData<string> Names => [.. Ops.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Where_a_large_result_is_changes_no_bit(string op)
    {
        const long Length = (long)Batch * Side * Side * 16;
        using var device = new CpuDevice(threads: 2);
        using var stream = device.CreateStream();
        using var aligned = device.Allocate(Length);
        using var apart = device.Allocate(Length + 4);
        DeviceView elsewhere = apart.View.Slice(4, Length);
        PastExtent.Suits(aligned.View.Pointer, Length / 16, 16).Should().BeTrue();
        PastExtent.Suits(elsewhere.Pointer, Length / 16, 16).Should().BeFalse();
        Ops[op](device, stream, aligned.View);
        Ops[op](device, stream, elsewhere);
        var result = new ReadOnlySpan<float>(aligned.View.Pointer, (int)Length);
        result.SequenceEqual(new ReadOnlySpan<float>(elsewhere.Pointer, (int)Length)).Should().BeTrue();
        result.IndexOfAnyExcept(0f).Should().BeGreaterThanOrEqualTo(0);
    }

    [Fact]
    public void Small_results_stay_in_the_caches() => PastExtent.Suits((float*)64, rows: 1000, channels: 16).Should().BeFalse();

    static void Forward(CpuDevice device, DeviceStream stream, in Conv2dSizes sizes, DeviceView y)
    {
        using DeviceBuffer x = Noise(device, 1, Batch * sizes.InputLength), w = Noise(device, 2, sizes.WeightLength);
        device.Kernels.Get<IConv2dForward>().Run(stream, sizes, Batch, x.View, w.View, bias: default, relu: true, y);
    }

    static void Backward(CpuDevice device, DeviceStream stream, in Conv2dSizes sizes, DeviceView dx)
    {
        using DeviceBuffer dy = Noise(device, 1, Batch * sizes.OutputLength), w = Noise(device, 2, sizes.WeightLength);
        device.Kernels.Get<IConv2dBackwardData>().Run(stream, sizes, Batch, dy.View, w.View, dx, accumulate: false);
    }

    static void Normalise(
        CpuDevice device, DeviceStream stream, Action<IBatchNorm2dForwardTraining, DeviceView, BatchNormParameters, DeviceView[]> run)
    {
        using DeviceBuffer x = Noise(device, 1, Batch * Norm.Length), channels = Noise(device, 2, 6 * 16);
        DeviceView[] rows = [.. Enumerable.Range(0, 6).Select(i => channels.View.Slice(i * 16, 16))];
        run(device.Kernels.Get<IBatchNorm2dForwardTraining>(), x.View, new BatchNormParameters(rows[2], rows[3], rows[4], rows[5], 1e-5f, 0.1f), rows);
    }

    static DeviceBuffer Noise(CpuDevice device, int seed, long length)
    {
        // The same thousands again and again: drawing millions would take longer than the ops.
        float[] values = RandomData.Normal(seed, (int)Math.Min(length, 65_537));
        var buffer = device.Allocate(length);
        for (long at = 0; at < length; at += values.Length) buffer.View.Slice(at, Math.Min(values.Length, length - at)).CopyFrom(values.AsSpan(0, (int)Math.Min(values.Length, length - at)));
        return buffer;
    }
}
