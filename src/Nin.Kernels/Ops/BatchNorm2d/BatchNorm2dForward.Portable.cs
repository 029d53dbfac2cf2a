using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>What the kernels of batch normalisation read beside their arrays.</summary>
/// <param name="Slices">The batch, its partial sums one channel row a slice.</param>
/// <param name="Epsilon">Added to the variance before its root.</param>
/// <param name="Momentum">Weight of a new batch in the running statistics.</param>
/// <param name="Relu">1 where a ReLU follows.</param>
/// <param name="Accumulate">1 where results are added to what stands there.</param>
/// <param name="HasVariance">1 where the deviation is given as a variance, 0 where as the inverse of its root.</param>
readonly record struct BatchNormMap(SliceSizes Slices, float Epsilon, float Momentum, int Relu, int Accumulate, int HasVariance)
{
    /// <summary>Elements of the batch.</summary>
    public long Length => Slices.Examples * Slices.Pixels * Slices.Channels;

    /// <summary>Pixels of the batch.</summary>
    public float Count => Slices.Examples * Slices.Pixels;
}

/// <summary><c>y = act((x - mean) * inverseDeviation * gamma + beta)</c>, one thread an element.</summary>
sealed class BatchNormApply(AcceleratorDevice device)
{
    readonly Action<
        DeviceStream, KernelConfig, BatchNormMap, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>> launch =
        device.Load<
            BatchNormMap, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(
            ApplyKernel);

    public void Run(
        DeviceStream stream, in BatchNormMap map, DeviceView x, in BatchNormParameters parameters, DeviceView mean, DeviceView deviation,
        DeviceView y) =>
        launch(
            stream, device.Over(map.Length), map, x.Array, mean.Array, deviation.Array, parameters.Gamma.Array, parameters.Beta.Array, y.Array);

    /// <summary>
    /// The one place of this arithmetic: the backward pass finds the ReLU's mask again by the same operations in the same order.
    /// </summary>
    public static float Normalised(float x, float mean, float inverseDeviation) => (x - mean) * inverseDeviation;

    static void ApplyKernel(
        BatchNormMap map, ArrayView<float> x, ArrayView<float> mean, ArrayView<float> deviation, ArrayView<float> gamma,
        ArrayView<float> beta, ArrayView<float> y)
    {
        for (long i = PortableThread.Index; i < map.Length; i += PortableThread.Stride)
        {
            long c = i % map.Slices.Channels;
            float inverse = deviation[c];
            if (map.HasVariance != 0) inverse = 1f / XMath.Sqrt(inverse + map.Epsilon);
            float value = Normalised(x[i], mean[c], inverse) * gamma[c] + beta[c];
            if (map.Relu != 0) value = value < 0 ? 0f : value;
            y[i] = value;
        }
    }
}

/// <summary>One launch with the running statistics.</summary>
sealed class BatchNorm2dForwardInferencePortable(AcceleratorDevice device) : IBatchNorm2dForwardInference
{
    readonly BatchNormApply apply = new(device);

    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu, DeviceView y)
    {
        var map = new BatchNormMap(
            new SliceSizes(n, sizes.Pixels, sizes.Channels, sizes.Channels), parameters.Epsilon, parameters.Momentum, relu ? 1 : 0,
            Accumulate: 0, HasVariance: 1);
        apply.Run(stream, map, x, parameters, parameters.RunningMean, parameters.RunningVariance, y);
    }
}

/// <summary>
/// Two sums over slices, the mean and then the squares of what is left, because the difference of two large sums would lose the variance
/// of a channel far from zero; then one launch over the elements.
/// </summary>
sealed class BatchNorm2dForwardTrainingPortable(AcceleratorDevice device) : IBatchNorm2dForwardTraining
{
    readonly SliceSum sum = new(device);
    readonly BatchNormApply apply = new(device);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, ArrayView<float>, ArrayView<float>, ArrayView<float>> launchMean =
        device.Load<BatchNormMap, ArrayView<float>, ArrayView<float>, ArrayView<float>>(MeanKernel);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, ArrayView<float>, ArrayView<float>, ArrayView<float>> launchSquares =
        device.Load<BatchNormMap, ArrayView<float>, ArrayView<float>, ArrayView<float>>(SquaresKernel);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, ArrayView<float>, ArrayView<float>, ArrayView<float>> launchVariance =
        device.Load<BatchNormMap, ArrayView<float>, ArrayView<float>, ArrayView<float>>(VarianceKernel);

    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu,
        DeviceView y, DeviceView mean, DeviceView inverseDeviation)
    {
        var slices = new SliceSizes(n, sizes.Pixels, sizes.Channels, sizes.Channels);
        var map = new BatchNormMap(slices, parameters.Epsilon, parameters.Momentum, relu ? 1 : 0, Accumulate: 0, HasVariance: 0);
        var partials = stream.Scratch((long)slices.Slices * sizes.Channels);
        var channels = device.Over(sizes.Channels);
        sum.Run(stream, slices, x, partials);
        launchMean(stream, channels, map, partials.Array, mean.Array, parameters.RunningMean.Array);
        launchSquares(stream, device.Over((long)slices.Slices * Float8.Tiles(sizes.Channels)), map, x.Array, mean.Array, partials.Array);
        launchVariance(stream, channels, map, partials.Array, inverseDeviation.Array, parameters.RunningVariance.Array);
        apply.Run(stream, map, x, parameters, mean, inverseDeviation, y);
    }

    static void MeanKernel(BatchNormMap map, ArrayView<float> partials, ArrayView<float> mean, ArrayView<float> runningMean)
    {
        for (long c = PortableThread.Index; c < map.Slices.Channels; c += PortableThread.Stride)
        {
            float batch = SliceTreeKernel.Combine(partials, c, map.Slices.Slices, map.Slices.Stride) / map.Count;
            mean[c] = batch;
            runningMean[c] = (1f - map.Momentum) * runningMean[c] + map.Momentum * batch;
        }
    }

    static void SquaresKernel(BatchNormMap map, ArrayView<float> x, ArrayView<float> mean, ArrayView<float> partials)
    {
        var sizes = map.Slices;
        int tiles = Float8.Tiles(sizes.Channels);
        for (long i = PortableThread.Index; i < (long)sizes.Slices * tiles; i += PortableThread.Stride)
        {
            int slice = (int)(i / tiles);
            int channel = (int)(i - (long)slice * tiles) * Float8.Length;
            int columns = sizes.Channels - channel;
            var center = Float8.Load(mean, channel, columns);
            Float8 sum = default;
            for (long p = sizes.FirstPixel(slice); p < sizes.FirstPixel(slice + 1); p++)
            {
                var rest = Float8.MultiplyAdd(Float8.Load(x, p * sizes.Channels + channel, columns), -1f, center);
                sum = Float8.Add(sum, Float8.Multiply(rest, rest));
            }

            sum.Store(partials, slice * sizes.Stride + channel, columns);
        }
    }

    static void VarianceKernel(BatchNormMap map, ArrayView<float> partials, ArrayView<float> inverseDeviation, ArrayView<float> runningVariance)
    {
        for (long c = PortableThread.Index; c < map.Slices.Channels; c += PortableThread.Stride)
        {
            float squares = SliceTreeKernel.Combine(partials, c, map.Slices.Slices, map.Slices.Stride);
            inverseDeviation[c] = 1f / XMath.Sqrt(squares / map.Count + map.Epsilon);
            // The unbiased variance divides by one less; of a single pixel it is not defined, and the old one stays in its place.
            if (map.Count > 1)
                runningVariance[c] = (1f - map.Momentum) * runningVariance[c] + map.Momentum * (squares / (map.Count - 1));
        }
    }
}
