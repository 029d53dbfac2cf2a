using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>What the kernels of batch normalisation read beside their arrays.</summary>
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

    /// <summary>1 where the gradient of the input is added to what stands there.</summary>
    public int AccumulateData { get; init; }

    /// <summary>1 where dgamma is added to what stands there.</summary>
    public int AccumulateGamma { get; init; }

    /// <summary>1 where dbeta is added to what stands there.</summary>
    public int AccumulateBeta { get; init; }

    /// <summary>1 where a residual is added before the ReLU, or where the output masks the gradient.</summary>
    public int HasResidual { get; init; }

    /// <summary>1 where the gradient of the residual is written, 2 where it is added to what stands there.</summary>
    public int ResidualGradient { get; init; }

    /// <summary>Elements of the batch.</summary>
    public long Length => (long)Examples * Pixels * Channels;

    /// <summary>Pixels of the batch.</summary>
    public float Count => (long)Examples * Pixels;
}

/// <summary>Partial sums of which one thread makes the rest of the tree: see <see cref="TreeSum.Fold"/>.</summary>
/// <param name="Count">Partial sums of an element.</param>
/// <param name="Stride">Elements from one to the next.</param>
readonly record struct PartialSums(int Count, long Stride)
{
    /// <summary>The sum of an element, which takes the place of its first partial sum.</summary>
    public float Combine(ArrayView<float> partials, long element) => TreeSum.Combine(partials, element, Count, Stride);
}

/// <summary>What a normalised value is added to, and where it goes.</summary>
/// <param name="Residual">Read where the map says so.</param>
/// <param name="Y">Output.</param>
readonly record struct BatchNormOutput(ArrayView<float> Residual, ArrayView<float> Y);

/// <summary><c>y = act((x - mean) * inverseDeviation * gamma + beta + residual)</c>, one thread an element.</summary>
sealed class BatchNormApply(AcceleratorDevice device)
{
    readonly Action<
        DeviceStream, KernelConfig, BatchNormMap, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        BatchNormOutput> launch =
        device.Load<
            BatchNormMap, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, BatchNormOutput>(
            ApplyKernel);

    public void Run(
        DeviceStream stream, in BatchNormMap map, DeviceView x, in BatchNormParameters parameters, DeviceView mean, DeviceView deviation,
        DeviceView y, DeviceView residual = default) =>
        launch(
            stream, device.Over(map.Length), map with { HasResidual = residual.IsNone ? 0 : 1 }, x.Array, mean.Array, deviation.Array,
            parameters.Gamma.Array, parameters.Beta.Array, new BatchNormOutput(residual.Array, y.Array));

    /// <summary>
    /// The one place of this arithmetic: the backward pass finds the ReLU's mask again by the same operations in the same order.
    /// </summary>
    public static float Normalised(float x, float mean, float inverseDeviation) => (x - mean) * inverseDeviation;

    static void ApplyKernel(
        BatchNormMap map, ArrayView<float> x, ArrayView<float> mean, ArrayView<float> deviation, ArrayView<float> gamma,
        ArrayView<float> beta, BatchNormOutput output)
    {
        for (long i = PortableThread.Index; i < map.Length; i += PortableThread.Stride)
        {
            long c = i % map.Channels;
            float inverse = deviation[c];
            if (map.HasVariance != 0) inverse = 1f / XMath.Sqrt(inverse + map.Epsilon);
            float value = Normalised(x[i], mean[c], inverse) * gamma[c] + beta[c];
            if (map.HasResidual != 0) value += output.Residual[i];
            if (map.Relu != 0) value = value < 0 ? 0f : value;
            output.Y[i] = value;
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

/// <summary>
/// The mean, then squares of deviations from it, each as sums of runs in scratch and their tree, then one launch over the elements. A sum of
/// plain squares beside that of the elements would save a pass, and lose the variance of a channel whose mean is large.
/// </summary>
sealed class BatchNorm2dForwardTrainingPortable(AcceleratorDevice device) : IBatchNorm2dForwardTraining
{
    readonly ChannelSumPortable sum = new(device);
    readonly TreeSum tree = new(device);
    readonly BatchNormApply apply = new(device);
    readonly ActivationForwardPortable forward = new(device);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, PartialSums, ArrayView<float>, ArrayView<float>, ArrayView<float>> launchMean =
        device.Load<BatchNormMap, PartialSums, ArrayView<float>, ArrayView<float>, ArrayView<float>>(MeanKernel);

    readonly Action<DeviceStream, KernelConfig, ChannelRuns, ArrayView<float>, ArrayView<float>, ArrayView<float>> launchSquares =
        device.Load<ChannelRuns, ArrayView<float>, ArrayView<float>, ArrayView<float>>(SquaresKernel);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, PartialSums, ArrayView<float>, ArrayView<float>, ArrayView<float>> launchVariance =
        device.Load<BatchNormMap, PartialSums, ArrayView<float>, ArrayView<float>, ArrayView<float>>(VarianceKernel);

    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu,
        DeviceView y, DeviceView mean, DeviceView inverseDeviation, DeviceView residual, RankPass? ranks)
    {
        RequireNone(ranks);
        var map = new BatchNormMap(sizes, n, parameters, relu);
        var runs = ChannelRuns.Over(sizes.Tree, n, sizes.Channels);
        var partials = stream.Scratch(runs.Length);
        var channels = device.Over(sizes.Channels);
        sum.Sums(stream, runs, x, partials);
        launchMean(stream, channels, map, Fold(stream, runs, partials), partials.Array, mean.Array, parameters.RunningMean.Array);
        launchSquares(stream, device.Over(runs.Length), runs, x.Array, mean.Array, partials.Array);
        launchVariance(
            stream, channels, map, Fold(stream, runs, partials), partials.Array, inverseDeviation.Array, parameters.RunningVariance.Array);
        apply.Run(stream, map, x, parameters, mean, inverseDeviation, y, residual);
    }

    public void Run<TActivation>(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, TActivation activation,
        DeviceView normalized, DeviceView y, DeviceView mean, DeviceView inverseDeviation, RankPass? ranks)
        where TActivation : unmanaged, IActivation
    {
        DeviceView target = normalized.IsNone ? y : normalized;
        Run(stream, sizes, n, x, parameters, relu: false, target, mean, inverseDeviation, residual: default, ranks);
        long length = n * sizes.Length;
        forward.Run(stream, activation, target.Slice(0, length), y.Slice(0, length));
    }

    // Between its launches the host would have to wait for the device and for the other ranks, in every layer twice.
    internal static void RequireNone(RankPass? ranks)
    {
        if (ranks is not null) throw new NotSupportedException("Batch normalisation over all ranks runs on device cpu alone; on other devices each rank takes its own statistics.");
    }

    PartialSums Fold(DeviceStream stream, in ChannelRuns runs, DeviceView partials)
    {
        var (count, stride) = tree.Fold(stream, runs.Count, partials, runs.Channels, runs.Channels);
        return new(count, stride);
    }

    static void MeanKernel(
        BatchNormMap map, PartialSums sums, ArrayView<float> partials, ArrayView<float> mean, ArrayView<float> runningMean)
    {
        for (long c = PortableThread.Index; c < map.Channels; c += PortableThread.Stride)
        {
            float batch = sums.Combine(partials, c) / map.Count;
            mean[c] = batch;
            runningMean[c] = (1f - map.Momentum) * runningMean[c] + map.Momentum * batch;
        }
    }

    static void SquaresKernel(ChannelRuns runs, ArrayView<float> x, ArrayView<float> mean, ArrayView<float> partials)
    {
        for (long i = PortableThread.Index; i < runs.Length; i += PortableThread.Stride)
        {
            int run = (int)(i / runs.Channels);
            int c = (int)(i - (long)run * runs.Channels);
            long stride = runs.Channels, at = runs.FirstPixel(run) * stride + c, end = runs.FirstPixel(run + 1) * stride;
            float center = mean[c];
            float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            for (; at + 3 * stride < end; at += 4 * stride)
            {
                s0 += Square(x[at] - center);
                s1 += Square(x[at + stride] - center);
                s2 += Square(x[at + 2 * stride] - center);
                s3 += Square(x[at + 3 * stride] - center);
            }

            for (; at < end; at += stride) s0 += Square(x[at] - center);
            partials[i] = (s0 + s1) + (s2 + s3);
        }
    }

    static float Square(float value) => value * value;

    static void VarianceKernel(
        BatchNormMap map, PartialSums sums, ArrayView<float> partials, ArrayView<float> inverseDeviation, ArrayView<float> runningVariance)
    {
        for (long c = PortableThread.Index; c < map.Channels; c += PortableThread.Stride)
        {
            float squares = sums.Combine(partials, c);
            inverseDeviation[c] = 1f / XMath.Sqrt(squares / map.Count + map.Epsilon);
            // The unbiased variance divides by one less; of a single pixel it is not defined, and the old one stays in its place.
            if (map.Count > 1)
                runningVariance[c] = (1f - map.Momentum) * runningVariance[c] + map.Momentum * (squares / (map.Count - 1));
        }
    }
}
