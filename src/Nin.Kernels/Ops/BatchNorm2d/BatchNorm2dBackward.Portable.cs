using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>The arrays that both kernels of the gradient read.</summary>
/// <param name="X">Input of the forward pass.</param>
/// <param name="Mean">The batch's mean.</param>
/// <param name="InverseDeviation">One over the batch's deviation.</param>
/// <param name="Gamma">Scale.</param>
/// <param name="Beta">Shift.</param>
/// <param name="Dy">Gradient of the output.</param>
readonly record struct BatchNormArrays(
    ArrayView<float> X, ArrayView<float> Mean, ArrayView<float> InverseDeviation, ArrayView<float> Gamma, ArrayView<float> Beta,
    ArrayView<float> Dy)
{
    /// <summary>An element of the input, of mean 0 and variance 1 over the batch.</summary>
    public float Normalised(long at, int channel) => BatchNormApply.Normalised(X[at], Mean[channel], InverseDeviation[channel]);

    /// <summary>The gradient behind the ReLU, whose mask is found by the forward pass's own arithmetic.</summary>
    public float Gradient(BatchNormMap map, long at, int channel, float normalised)
    {
        float g = Dy[at];
        if (map.Relu != 0) g = normalised * Gamma[channel] + Beta[channel] > 0 ? g : 0f;
        return g;
    }
}

/// <summary>Two sums over slices side by side in scratch, <c>[slices, dgamma + dbeta]</c>, then one launch over the elements.</summary>
sealed class BatchNorm2dBackwardPortable(AcceleratorDevice device) : IBatchNorm2dBackward
{
    readonly Action<DeviceStream, KernelConfig, BatchNormMap, BatchNormArrays, ArrayView<float>> launchSums =
        device.Load<BatchNormMap, BatchNormArrays, ArrayView<float>>(SumsKernel);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, ArrayView<float>, ArrayView<float>, ArrayView<float>> launchTree =
        device.Load<BatchNormMap, ArrayView<float>, ArrayView<float>, ArrayView<float>>(TreeKernel);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, BatchNormArrays, ArrayView<float>, ArrayView<float>> launchData =
        device.Load<BatchNormMap, BatchNormArrays, ArrayView<float>, ArrayView<float>>(DataKernel);

    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, DeviceView mean,
        DeviceView inverseDeviation, bool relu, DeviceView dy, DeviceView dx, DeviceView dgamma, DeviceView dbeta,
        bool accumulateData, bool accumulateWeights)
    {
        var slices = new SliceSizes(n, sizes.Pixels, sizes.Channels, 2L * sizes.Channels);
        var map = new BatchNormMap(slices, parameters.Epsilon, parameters.Momentum, relu ? 1 : 0, accumulateWeights ? 1 : 0, HasVariance: 0);
        var arrays = new BatchNormArrays(
            x.Array, mean.Array, inverseDeviation.Array, parameters.Gamma.Array, parameters.Beta.Array, dy.Array);
        var partials = stream.Scratch(slices.Slices * slices.Stride);
        launchSums(stream, device.Over((long)slices.Slices * sizes.Channels), map, arrays, partials.Array);
        launchTree(stream, device.Over(2L * sizes.Channels), map, partials.Array, dgamma.Array, dbeta.Array);
        if (dx.IsNone) return;
        launchData(stream, device.Over(map.Length), map with { Accumulate = accumulateData ? 1 : 0 }, arrays, partials.Array, dx.Array);
    }

    static void SumsKernel(BatchNormMap map, BatchNormArrays arrays, ArrayView<float> partials)
    {
        var sizes = map.Slices;
        for (long i = PortableThread.Index; i < (long)sizes.Slices * sizes.Channels; i += PortableThread.Stride)
        {
            int slice = (int)(i / sizes.Channels);
            int c = (int)(i - (long)slice * sizes.Channels);
            float gamma = 0, beta = 0;
            for (long p = sizes.FirstPixel(slice); p < sizes.FirstPixel(slice + 1); p++)
            {
                long at = p * sizes.Channels + c;
                float v = arrays.Normalised(at, c);
                float g = arrays.Gradient(map, at, c, v);
                gamma += g * v;
                beta += g;
            }

            partials[slice * sizes.Stride + c] = gamma;
            partials[slice * sizes.Stride + sizes.Channels + c] = beta;
        }
    }

    // The roots stay in slice 0 of the partial sums, where the data's kernel reads them: what the results accumulate to is another sum.
    static void TreeKernel(BatchNormMap map, ArrayView<float> partials, ArrayView<float> dgamma, ArrayView<float> dbeta)
    {
        int channels = map.Slices.Channels;
        for (long i = PortableThread.Index; i < 2L * channels; i += PortableThread.Stride)
        {
            float sum = SliceTreeKernel.Combine(partials, i, map.Slices.Slices, map.Slices.Stride);
            if (i < channels) dgamma[i] = map.Accumulate != 0 ? dgamma[i] + sum : sum;
            else dbeta[i - channels] = map.Accumulate != 0 ? dbeta[i - channels] + sum : sum;
        }
    }

    static void DataKernel(BatchNormMap map, BatchNormArrays arrays, ArrayView<float> sums, ArrayView<float> dx)
    {
        int channels = map.Slices.Channels;
        for (long i = PortableThread.Index; i < map.Length; i += PortableThread.Stride)
        {
            int c = (int)(i % channels);
            float v = arrays.Normalised(i, c);
            float g = arrays.Gradient(map, i, c, v);
            float rest = g - sums[channels + c] / map.Count - v * (sums[c] / map.Count);
            float value = arrays.Gamma[c] * arrays.InverseDeviation[c] * rest;
            dx[i] = map.Accumulate != 0 ? dx[i] + value : value;
        }
    }
}
