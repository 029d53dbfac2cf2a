using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

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
