using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>One launch, one thread a block of channels in some pixels.</summary>
sealed class BatchNorm2dFrozenBackwardPortable(AcceleratorDevice device) : IBatchNorm2dFrozenBackward
{
    readonly NormalizedActivationBackward activations = new(device);

    readonly Action<DeviceStream, KernelConfig, BatchNormMap, ChannelRows, BatchNormArrays, ArrayView<float>, ArrayView<float>> launch =
        device.Load<BatchNormMap, ChannelRows, BatchNormArrays, ArrayView<float>, ArrayView<float>>(Kernel);

    public void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu, DeviceView dy,
        DeviceView dx, bool accumulate, in ResidualGradient residual)
    {
        var map = new BatchNormMap(sizes, n, parameters, relu && residual.Y.IsNone)
        {
            HasVariance = 1, AccumulateData = accumulate ? 1 : 0,
            HasResidual = residual.Y.IsNone ? 0 : 1, ResidualGradient = residual.Gradient.IsNone ? 0 : residual.Accumulate ? 2 : 1,
        };
        var arrays = new BatchNormArrays(
            x.Array,
            new BatchNormChannels(parameters.RunningMean.Array, parameters.RunningVariance.Array, parameters.Gamma.Array, parameters.Beta.Array),
            dy.Array, residual.Y.Array);
        var rows = ChannelRows.Over(
            map,
            BatchNormArrays.AreAligned(sizes.Channels, x, dy, dx, residual)
            && BatchNormChannels.AreAligned(parameters.RunningMean, parameters.RunningVariance, parameters, sizes.Channels));
        launch(stream, device.Over(rows.Items), map, rows, arrays, dx.Array, residual.Gradient.Array);
    }

    public void Run<TActivation>(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, TActivation activation, DeviceView dy,
        DeviceView dx)
        where TActivation : unmanaged, IActivation
    {
        activations.Run(
            stream, new BatchNormMap(sizes, n, parameters, relu: false) { HasVariance = 1 }, x, parameters, parameters.RunningMean,
            parameters.RunningVariance, activation, dy);
        Run(stream, sizes, n, x, parameters, relu: false, dy, dx, accumulate: false, residual: default);
    }

    static void Kernel(BatchNormMap map, ChannelRows rows, BatchNormArrays arrays, ArrayView<float> dx, ArrayView<float> dr)
    {
        for (uint i = PortableThread.Index32; i < (uint)rows.Items; i += PortableThread.Stride32)
        {
            var factors = arrays.Factors(map, rows.Channel((int)i), rows.Width);
            Float4 scale = Float4.Multiply(factors.Gamma, factors.Inverse);
            for (long at = (long)i * rows.Width; at < rows.Length; at += rows.Step)
            {
                Float4 normalised = default;
                if (map.Relu != 0) normalised = arrays.Normalised(factors, at, rows.Width);
                Float4 g = arrays.Gradient(map, factors, at, rows.Width, normalised), value = Float4.Multiply(scale, g);
                // dr may be dy itself, and dx too: all is read before either is written.
                Float4 dr1 = map.ResidualGradient == 2 ? Float4.Add(Float4.Load(dr, at, rows.Width), g) : g;
                if (map.AccumulateData != 0) value = Float4.Add(Float4.Load(dx, at, rows.Width), value);
                if (map.ResidualGradient != 0) dr1.Store(dr, at, rows.Width);
                value.Store(dx, at, rows.Width);
            }
        }
    }
}
