using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One launch, one thread an element.</summary>
sealed class BatchNorm2dFrozenBackwardPortable(AcceleratorDevice device) : IBatchNorm2dFrozenBackward
{
    readonly Action<DeviceStream, KernelConfig, BatchNormMap, BatchNormArrays, ArrayView<float>, ArrayView<float>> launch =
        device.Load<BatchNormMap, BatchNormArrays, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu, DeviceView dy,
        DeviceView dx, bool accumulate, in ResidualGradient residual)
    {
        var map = new BatchNormMap(sizes, n, parameters, relu && residual.Y.IsNone)
        {
            AccumulateData = accumulate ? 1 : 0,
            HasResidual = residual.Y.IsNone ? 0 : 1, ResidualGradient = residual.Gradient.IsNone ? 0 : residual.Accumulate ? 2 : 1,
        };
        var arrays = new BatchNormArrays(
            x.Array, parameters.RunningMean.Array, parameters.RunningVariance.Array, parameters.Gamma.Array, parameters.Beta.Array, dy.Array,
            residual.Y.Array);
        launch(stream, device.Over(map.Length), map, arrays, dx.Array, residual.Gradient.Array);
    }

    // What the arrays call the inverse deviation is the running variance.
    static void Kernel(BatchNormMap map, BatchNormArrays arrays, ArrayView<float> dx, ArrayView<float> dr)
    {
        for (long i = PortableThread.Index; i < map.Length; i += PortableThread.Stride)
        {
            int c = (int)(i % map.Channels);
            float inverse = 1f / XMath.Sqrt(arrays.InverseDeviation[c] + map.Epsilon);
            float normalised = map.Relu != 0 ? BatchNormApply.Normalised(arrays.X[i], arrays.Mean[c], inverse) : 0f;
            float g = arrays.Gradient(map, i, c, normalised);
            if (map.ResidualGradient == 1) dr[i] = g;
            if (map.ResidualGradient == 2) dr[i] += g;
            float result = arrays.Gamma[c] * inverse * g;
            dx[i] = map.AccumulateData != 0 ? dx[i] + result : result;
        }
    }
}
