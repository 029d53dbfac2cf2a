using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>What the kernels of batch normalisation read besides their arrays.</summary>
/// <param name="Examples">Examples of the batch.</param>
/// <param name="Pixels">Pixels of an example.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Epsilon">Added to the variance before its root.</param>
/// <param name="Momentum">Weight of a new batch in the running statistics.</param>
/// <param name="Relu">1 where a ReLU follows.</param>
readonly record struct BatchNormMap(int Examples, int Pixels, int Channels, float Epsilon, float Momentum, int Relu)
{
    public BatchNormMap(in BatchNormSizes sizes, int n, in BatchNormParameters parameters, bool relu)
        : this(n, sizes.Pixels, sizes.Channels, parameters.Epsilon, parameters.Momentum, relu ? 1 : 0)
    {
    }

    /// <summary>1 where the deviation is given as a variance, 0 where as the inverse of its root.</summary>
    public int HasVariance { get; init; }

    /// <summary>1 where the gradient of the input is added to the old content.</summary>
    public int AccumulateData { get; init; }

    /// <summary>1 where dgamma is added to the old content.</summary>
    public int AccumulateGamma { get; init; }

    /// <summary>1 where dbeta is added to the old content.</summary>
    public int AccumulateBeta { get; init; }

    /// <summary>1 where a residual is added before the ReLU, or where the output masks the gradient.</summary>
    public int HasResidual { get; init; }

    /// <summary>1 where the gradient of the residual is written, 2 where it is added to the old content.</summary>
    public int ResidualGradient { get; init; }

    /// <summary>Elements of the batch.</summary>
    public long Length => (long)Examples * Pixels * Channels;

    /// <summary>Pixels of the batch.</summary>
    public float Count => (long)Examples * Pixels;
}

/// <summary>
/// How the threads of a kernel over all elements share them: a thread takes one block of channels, four or one, in every <see cref="Groups"/>th pixel, so
/// that it reads the channel's numbers once.
/// </summary>
/// <param name="Length">Elements of the batch.</param>
/// <param name="Step">Elements from a pixel of a thread to its next.</param>
/// <param name="Groups">Pixels that are taken side by side.</param>
/// <param name="Width">Channels of a block.</param>
/// <param name="Blocks">Blocks of a pixel.</param>
readonly record struct ChannelRows(long Length, long Step, int Groups, int Width, Divisor Blocks)
{
    const int PixelsOfThread = 4;

    public static ChannelRows Over(in BatchNormMap map, bool areAligned)
    {
        int width = Float4.Width(areAligned), blocks = map.Channels / width;
        long pixels = (long)map.Examples * map.Pixels, perThread = Math.Max(PixelsOfThread, pixels * blocks / (1 << 30));
        int groups = (int)((pixels + perThread - 1) / perThread);
        return new(map.Length, (long)groups * map.Channels, groups, width, Divisor.Of(blocks));
    }

    /// <summary>Threads that have work.</summary>
    public int Items => Groups * Blocks.Value;

    /// <summary>The first channel of an item.</summary>
    public int Channel(int item) => (item - Blocks.Divide(item) * Blocks.Value) * Width;
}

/// <summary>What a normalisation reads of each channel.</summary>
/// <param name="Mean">Of the batch, or running.</param>
/// <param name="Deviation">One over the batch's deviation; or a variance, where the map says so.</param>
/// <param name="Gamma">Scale.</param>
/// <param name="Beta">Shift.</param>
readonly record struct BatchNormChannels(ArrayView<float> Mean, ArrayView<float> Deviation, ArrayView<float> Gamma, ArrayView<float> Beta) : IViews
{
    public static bool AreAligned(DeviceView mean, DeviceView deviation, in BatchNormParameters parameters, int channels) =>
        Float4.AreAligned(mean, channels) && Float4.AreAligned(deviation, channels) && Float4.AreAligned(parameters.Gamma, channels)
        && Float4.AreAligned(parameters.Beta, channels);

    /// <summary>One over the deviations of some channels.</summary>
    public Float4 Inverse(BatchNormMap map, int channel, int width)
    {
        Float4 inverse = Float4.Load(Deviation, channel, width);
        if (map.HasVariance == 0) return inverse;
        inverse.S0 = 1f / XMath.Sqrt(inverse.S0 + map.Epsilon);
        inverse.S1 = 1f / XMath.Sqrt(inverse.S1 + map.Epsilon);
        inverse.S2 = 1f / XMath.Sqrt(inverse.S2 + map.Epsilon);
        inverse.S3 = 1f / XMath.Sqrt(inverse.S3 + map.Epsilon);
        return inverse;
    }
}

/// <summary>What a normalised value is added to, and where it goes.</summary>
/// <param name="Residual">Read where the map says so.</param>
/// <param name="Y">Output.</param>
readonly record struct BatchNormOutput(ArrayView<float> Residual, ArrayView<float> Y) : IViews;

/// <summary><c>y = act((x - mean) * inverseDeviation * gamma + beta + residual)</c>, one thread a block of channels in some pixels.</summary>
sealed class BatchNormApply(AcceleratorDevice device)
{
    readonly Action<
        DeviceStream, KernelConfig, BatchNormMap, ChannelRows, BatchNormChannels, ArrayView<float>, BatchNormOutput> launch =
        device.Load<BatchNormMap, ChannelRows, BatchNormChannels, ArrayView<float>, BatchNormOutput>(ApplyKernel);

    public void Run(
        DeviceStream stream, in BatchNormMap map, DeviceView x, in BatchNormParameters parameters, DeviceView mean, DeviceView deviation,
        DeviceView y, DeviceView residual = default)
    {
        int channels = map.Channels;
        bool areAligned = BatchNormChannels.AreAligned(mean, deviation, parameters, channels) && Float4.AreAligned(x, channels)
            && Float4.AreAligned(y, channels) && (residual.IsNone || Float4.AreAligned(residual, channels));
        var rows = ChannelRows.Over(map, areAligned);
        launch(
            stream, device.Over(rows.Items), map with { HasResidual = residual.IsNone ? 0 : 1 }, rows,
            new BatchNormChannels(mean.Array, deviation.Array, parameters.Gamma.Array, parameters.Beta.Array), x.Array,
            new BatchNormOutput(residual.Array, y.Array));
    }

    /// <summary>
    /// This arithmetic and that of <see cref="Scaled"/> are written only here: the backward pass finds the ReLU's mask again by the same operations in the same order.
    /// </summary>
    public static Float4 Normalised(Float4 x, Float4 mean, Float4 inverseDeviation) => Float4.Multiply(Float4.Subtract(x, mean), inverseDeviation);

    /// <summary>The output of a normalised value. One operation and not two, which a compiler might fuse in some kernels and not in others.</summary>
    public static Float4 Scaled(Float4 normalised, Float4 gamma, Float4 beta) => Float4.MultiplyAdd(normalised, gamma, beta);

    static void ApplyKernel(BatchNormMap map, ChannelRows rows, BatchNormChannels channels, ArrayView<float> x, BatchNormOutput output)
    {
        for (uint i = PortableThread.Index32; i < (uint)rows.Items; i += PortableThread.Stride32)
        {
            int c = rows.Channel((int)i);
            Float4 mean = Float4.Load(channels.Mean, c, rows.Width), inverse = channels.Inverse(map, c, rows.Width);
            Float4 gamma = Float4.Load(channels.Gamma, c, rows.Width), beta = Float4.Load(channels.Beta, c, rows.Width);
            for (long at = (long)i * rows.Width; at < rows.Length; at += rows.Step)
            {
                Float4 value = Scaled(Normalised(Float4.Load(x, at, rows.Width), mean, inverse), gamma, beta);
                if (map.HasResidual != 0) value = Float4.Add(value, Float4.Load(output.Residual, at, rows.Width));
                if (map.Relu != 0) value = Float4.Relu(value);
                value.Store(output.Y, at, rows.Width);
            }
        }
    }
}

/// <summary>One launch with the running statistics.</summary>
sealed class BatchNorm2dForwardInferencePortable(AcceleratorDevice device) : IBatchNorm2dForwardInference
{
    readonly BatchNormApply apply = new(device);

    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu, DeviceView y) =>
        apply.Run(
            stream, new BatchNormMap(sizes, n, parameters, relu) { HasVariance = 1 }, x, parameters, parameters.RunningMean,
            parameters.RunningVariance, y);
}
