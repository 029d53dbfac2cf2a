using System.Runtime.Intrinsics.X86;
using Nin.Ops;
using Nin.Shapes.Sizes;
using Nin.TestKit;

namespace Nin.Tests.Vectorized;

/// <summary>Results that are stored past the caches, which only those of whole cache lines are: a result elsewhere in memory has the same bits.</summary>
public sealed unsafe class LargeResultTests
{
    const int Batch = 2, Side = 452;

    static readonly Dictionary<string, Case> Cases = new()
    {
        ["1x1"] = Forward(new(5, Side, Side, 16, Kernel: 1)),
        ["1x1, a panel of two registers and one of one"] = Forward(new(5, 262, 262, 48, Kernel: 1)),
        ["1x1 in groups"] = Forward(new(6, 320, 320, 32, Kernel: 1, Groups: 2)),
        ["3x3 of few channels"] = Forward(new(3, 262, 262, 48, Kernel: 3, Padding: 1)),
        ["3x3"] = Forward(new(12, Side, Side, 16, Kernel: 3, Padding: 1)),
        ["gradient of 1x1"] = Backward(new(16, Side, Side, 5, Kernel: 1), accumulate: false),
        ["gradient of 1x1, added"] = Backward(new(16, Side, Side, 5, Kernel: 1), accumulate: true),
        ["depthwise"] = Forward(new(16, Side, Side, 16, Kernel: 3, Padding: 1, Groups: 16)),
        ["gradient of depthwise"] = Backward(new(16, Side, Side, 16, Kernel: 3, Padding: 1, Groups: 16), accumulate: false),
        ["strided depthwise"] = Forward(new(16, 2 * Side, 2 * Side, 16, Kernel: 3, Stride: 2, Padding: 1, Groups: 16)),
        ["gradient of strided depthwise"] = Backward(new(16, Side, Side, 16, Kernel: 3, Stride: 2, Padding: 1, Groups: 16), accumulate: false),
        ["gradient of strided depthwise, added"] = Backward(new(16, Side, Side, 16, Kernel: 3, Stride: 2, Padding: 1, Groups: 16), accumulate: true),
        ["normalisation"] = Normalised((run, op) => op.Run(
            run.Stream, Norm, Batch, run.X, run.Parameters, relu: true, run.Y, run.Mean, run.Deviation)),
        ["normalisation with a residual"] = Normalised((run, op) => op.Run(
            run.Stream, Norm, Batch, run.X, run.Parameters, relu: true, run.Y, run.Mean, run.Deviation, residual: run.X)),
        ["normalisation with an activation"] = Normalised((run, op) => op.Run(
            run.Stream, Norm, Batch, run.X, run.Parameters, default(Silu), run.Y, run.Mean, run.Deviation)),
    };

    static BatchNormSizes Norm => new(Side * Side, 16);

    public static TheoryData<string, int> NamesAndWidths
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string name in Cases.Keys)
            {
                foreach (int width in OpRun.Widths) data.Add(name, width);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(NamesAndWidths))]
    public void Where_a_large_result_is_changes_no_bit(string name, int width)
    {
        var (length, channels, run) = Cases[name];
        using var device = new CpuDevice(threads: 2, width);
        using var stream = device.CreateStream();
        using DeviceBuffer aligned = Noise(device, 3, length), apart = device.Allocate(length + 4);
        DeviceView elsewhere = apart.View.Slice(4, length);
        Span<float> result = new(aligned.View.Pointer, (int)length), other = new(elsewhere.Pointer, (int)length);
        // What a gradient is added to.
        result.CopyTo(other);
        PastExtent.Suits(device.Pool, aligned.View.Pointer, length / channels, channels).Should().Be(Sse.IsSupported && width >= 256);
        PastExtent.Suits(device.Pool, elsewhere.Pointer, length / channels, channels).Should().BeFalse();
        run(device, stream, aligned.View);
        run(device, stream, elsewhere);
        result.SequenceEqual(other).Should().BeTrue();
        result.IndexOfAnyExcept(0f).Should().BeGreaterThanOrEqualTo(0);
    }

    [Fact]
    public void What_fits_the_caches_stays_there()
    {
        using var few = new WorkerPool(2);
        using var many = new WorkerPool(32);
        PastExtent.Suits(few, (float*)64, rows: 1000, channels: 16).Should().BeFalse();
        PastExtent.Suits(many, (float*)64, rows: 500_000, channels: 16).Should().BeFalse("each core has a cache");
        PastExtent.Suits(few, (float*)64, rows: 500_000, channels: 17).Should().BeFalse("rows are not whole cache lines");
    }

    static Case Forward(Conv2dSizes sizes) => new(Batch * sizes.OutputLength, sizes.Filters, (device, stream, y) =>
    {
        using DeviceBuffer x = Noise(device, 1, Batch * sizes.InputLength), w = Noise(device, 2, sizes.WeightLength), bias = Noise(device, 4, sizes.Filters);
        device.Kernels.Get<IConv2dForward>().Run(stream, sizes, Batch, x.View, w.View, bias.View, relu: true, y);
    });

    static Case Backward(Conv2dSizes sizes, bool accumulate) => new(Batch * sizes.InputLength, sizes.Channels, (device, stream, dx) =>
    {
        using DeviceBuffer dy = Noise(device, 1, Batch * sizes.OutputLength), w = Noise(device, 2, sizes.WeightLength);
        device.Kernels.Get<IConv2dBackwardData>().Run(stream, sizes, Batch, dy.View, w.View, dx, accumulate);
    });

    static Case Normalised(Action<NormRun, IBatchNorm2dForwardTraining> run) => new(Batch * Norm.Length, 16, (device, stream, y) =>
    {
        using DeviceBuffer x = Noise(device, 1, Batch * Norm.Length), channels = Noise(device, 2, 6 * 16);
        DeviceView[] rows = [.. Enumerable.Range(0, 6).Select(i => channels.View.Slice(i * 16, 16))];
        var parameters = new BatchNormParameters(rows[2], rows[3], rows[4], rows[5], 1e-5f, 0.1f);
        run(new NormRun(stream, x.View, parameters, y, rows[0], rows[1]), device.Kernels.Get<IBatchNorm2dForwardTraining>());
    });

    static DeviceBuffer Noise(CpuDevice device, int seed, long length)
    {
        // The same thousands again and again: drawing millions would take longer than the ops.
        float[] values = RandomData.Normal(seed, (int)Math.Min(length, 65_537));
        var buffer = device.Allocate(length);
        for (long at = 0; at < length; at += values.Length)
        {
            int count = (int)Math.Min(values.Length, length - at);
            buffer.View.Slice(at, count).CopyFrom(values.AsSpan(0, count));
        }

        return buffer;
    }

    /// <param name="Length">Floats of the result.</param>
    /// <param name="Channels">Of each of its rows.</param>
    /// <param name="Run">Computes it.</param>
    sealed record Case(long Length, int Channels, Action<CpuDevice, DeviceStream, DeviceView> Run);

    sealed record NormRun(DeviceStream Stream, DeviceView X, BatchNormParameters Parameters, DeviceView Y, DeviceView Mean, DeviceView Deviation);
}
