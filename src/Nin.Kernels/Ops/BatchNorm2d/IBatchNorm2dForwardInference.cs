namespace Nin.Ops;

/// <summary><c>y = act((x - runningMean) / sqrt(runningVariance + eps) * gamma + beta)</c>.</summary>
interface IBatchNorm2dForwardInference : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="parameters">Scale, shift and running statistics, which are only read.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y"><c>[n, pixels, channels]</c>, overwritten; may be <paramref name="x"/> itself.</param>
    void Run(DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu, DeviceView y);
}
