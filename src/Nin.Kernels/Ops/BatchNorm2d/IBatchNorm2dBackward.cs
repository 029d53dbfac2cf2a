namespace Nin.Ops;

/// <summary>
/// With <c>g = dy</c> masked by the ReLU, <c>v = (x - mean) inverseDeviation</c> and <c>m</c> pixels in the batch:
/// <c>dbeta = sum g</c>, <c>dgamma = sum g v</c>, <c>dx = gamma inverseDeviation (g - dbeta / m - v dgamma / m)</c>.
/// </summary>
interface IBatchNorm2dBackward : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x">Input of the forward pass.</param>
    /// <param name="parameters">Scale and shift.</param>
    /// <param name="mean">As the forward pass left it.</param>
    /// <param name="inverseDeviation">As the forward pass left it.</param>
    /// <param name="relu">Whether the forward pass had a ReLU; its mask is found again from <paramref name="x"/>, by the same arithmetic.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dx">Gradient of the input, or none; may be <paramref name="dy"/> itself where it is overwritten.</param>
    /// <param name="dgamma"><c>[channels]</c>.</param>
    /// <param name="dbeta"><c>[channels]</c>.</param>
    /// <param name="accumulateData">Adds to what stands in <paramref name="dx"/>.</param>
    /// <param name="accumulateWeights">Adds to what stands in <paramref name="dgamma"/> and <paramref name="dbeta"/>.</param>
    void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, DeviceView mean,
        DeviceView inverseDeviation, bool relu, DeviceView dy, DeviceView dx, DeviceView dgamma, DeviceView dbeta,
        bool accumulateData, bool accumulateWeights);
}
