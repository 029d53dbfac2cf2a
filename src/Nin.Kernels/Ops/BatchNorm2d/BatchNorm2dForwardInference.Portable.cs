namespace Nin.Ops;

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
