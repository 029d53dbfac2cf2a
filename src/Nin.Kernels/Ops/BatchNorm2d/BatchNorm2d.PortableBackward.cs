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
/// <param name="Y">Output, where it masks the gradient.</param>
readonly record struct BatchNormArrays(
    ArrayView<float> X, ArrayView<float> Mean, ArrayView<float> InverseDeviation, ArrayView<float> Gamma, ArrayView<float> Beta,
    ArrayView<float> Dy, ArrayView<float> Y)
{
    /// <summary>An element of the input, of mean 0 and variance 1 over the batch.</summary>
    public float Normalised(long at, int channel) => BatchNormApply.Normalised(X[at], Mean[channel], InverseDeviation[channel]);

    /// <summary>The gradient before the ReLU, whose mask is the output's sign, or is found by the forward pass's own arithmetic.</summary>
    public float Gradient(BatchNormMap map, long at, int channel, float normalised)
    {
        float g = Dy[at];
        if (map.HasResidual != 0) g = Y[at] > 0 ? g : 0f;
        if (map.Relu != 0) g = normalised * Gamma[channel] + Beta[channel] > 0 ? g : 0f;
        return g;
    }

    /// <summary>What an element adds to dgamma and dbeta.</summary>
    public GammaBeta Terms(BatchNormMap map, long at, int channel)
    {
        float v = Normalised(at, channel);
        float g = Gradient(map, at, channel, v);
        return new GammaBeta { Gamma = g * v, Beta = g };
    }
}

/// <summary>Sums for dgamma and dbeta.</summary>
struct GammaBeta
{
    public float Gamma, Beta;

    public static GammaBeta Add(GammaBeta a, GammaBeta b)
    {
        a.Gamma += b.Gamma;
        a.Beta += b.Beta;
        return a;
    }
}

/// <summary>Two sums of runs side by side in scratch, <c>[runs, dgamma + dbeta]</c>, their tree, then one launch over the elements.</summary>
sealed class BatchNorm2dBackwardPortable(AcceleratorDevice device) : IBatchNorm2dBackward
{
    readonly TreeSum tree = new(device);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, ChannelRuns, BatchNormArrays, ArrayView<float>> launchSums =
        device.Load<BatchNormMap, ChannelRuns, BatchNormArrays, ArrayView<float>>(SumsKernel);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, PartialSums, ArrayView<float>, ArrayView<float>, ArrayView<float>> launchWeights =
        device.Load<BatchNormMap, PartialSums, ArrayView<float>, ArrayView<float>, ArrayView<float>>(WeightsKernel);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, BatchNormArrays, ArrayView<float>, ArrayView<float>, ArrayView<float>> launchData =
        device.Load<BatchNormMap, BatchNormArrays, ArrayView<float>, ArrayView<float>, ArrayView<float>>(DataKernel);

    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, DeviceView mean,
        DeviceView inverseDeviation, bool relu, DeviceView dy, DeviceView dx, DeviceView dgamma, DeviceView dbeta,
        bool accumulateData, bool accumulateGamma, bool accumulateBeta, in ResidualGradient residual, RankPass? ranks)
    {
        BatchNorm2dForwardTrainingPortable.RequireNone(ranks);
        var map = new BatchNormMap(sizes, n, parameters, relu)
        {
            AccumulateData = accumulateData ? 1 : 0, AccumulateGamma = accumulateGamma ? 1 : 0, AccumulateBeta = accumulateBeta ? 1 : 0,
            HasResidual = residual.Y.IsNone ? 0 : 1, ResidualGradient = residual.Gradient.IsNone ? 0 : residual.Accumulate ? 2 : 1,
        };
        var arrays = new BatchNormArrays(
            x.Array, mean.Array, inverseDeviation.Array, parameters.Gamma.Array, parameters.Beta.Array, dy.Array, residual.Y.Array);
        var runs = ChannelRuns.Over(sizes.Tree, n, sizes.Channels);
        long both = 2L * sizes.Channels;
        var partials = stream.Scratch(2 * runs.Length);
        launchSums(stream, device.Over(runs.Length), map, runs, arrays, partials.Array);
        var (count, stride) = tree.Fold(stream, runs.Count, partials, both, both);
        launchWeights(stream, device.Over(both), map, new PartialSums(count, stride), partials.Array, dgamma.Array, dbeta.Array);
        if (!dx.IsNone) launchData(stream, device.Over(map.Length), map, arrays, partials.Array, dx.Array, residual.Gradient.Array);
    }

    static void SumsKernel(BatchNormMap map, ChannelRuns runs, BatchNormArrays arrays, ArrayView<float> partials)
    {
        for (long i = PortableThread.Index; i < runs.Length; i += PortableThread.Stride)
        {
            int run = (int)(i / runs.Channels);
            int c = (int)(i - (long)run * runs.Channels);
            long stride = runs.Channels, at = runs.FirstPixel(run) * stride + c, end = runs.FirstPixel(run + 1) * stride;
            GammaBeta s0 = default, s1 = default, s2 = default, s3 = default;
            for (; at + 3 * stride < end; at += 4 * stride)
            {
                s0 = GammaBeta.Add(s0, arrays.Terms(map, at, c));
                s1 = GammaBeta.Add(s1, arrays.Terms(map, at + stride, c));
                s2 = GammaBeta.Add(s2, arrays.Terms(map, at + 2 * stride, c));
                s3 = GammaBeta.Add(s3, arrays.Terms(map, at + 3 * stride, c));
            }

            for (; at < end; at += stride) s0 = GammaBeta.Add(s0, arrays.Terms(map, at, c));
            var sum = GammaBeta.Add(GammaBeta.Add(s0, s1), GammaBeta.Add(s2, s3));
            partials[2 * stride * run + c] = sum.Gamma;
            partials[2 * stride * run + stride + c] = sum.Beta;
        }
    }

    // The sums stay in the first row of the partial sums, where the data's kernel reads them: what the results accumulate to is another sum.
    static void WeightsKernel(
        BatchNormMap map, PartialSums sums, ArrayView<float> partials, ArrayView<float> dgamma, ArrayView<float> dbeta)
    {
        int channels = map.Channels;
        for (long i = PortableThread.Index; i < 2L * channels; i += PortableThread.Stride)
        {
            float sum = sums.Combine(partials, i);
            if (i < channels) dgamma[i] = map.AccumulateGamma != 0 ? dgamma[i] + sum : sum;
            else dbeta[i - channels] = map.AccumulateBeta != 0 ? dbeta[i - channels] + sum : sum;
        }
    }

    static void DataKernel(BatchNormMap map, BatchNormArrays arrays, ArrayView<float> sums, ArrayView<float> dx, ArrayView<float> dr)
    {
        int channels = map.Channels;
        for (long i = PortableThread.Index; i < map.Length; i += PortableThread.Stride)
        {
            int c = (int)(i % channels);
            float v = arrays.Normalised(i, c);
            float g = arrays.Gradient(map, i, c, v);
            float rest = g - sums[channels + c] / map.Count - v * (sums[c] / map.Count);
            float value = arrays.Gamma[c] * arrays.InverseDeviation[c] * rest;
            dx[i] = map.AccumulateData != 0 ? dx[i] + value : value;
            if (map.ResidualGradient != 0) dr[i] = map.ResidualGradient == 2 ? dr[i] + g : g;
        }
    }
}
