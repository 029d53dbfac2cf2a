namespace Nin.Ops;

/// <summary>
/// <c>y = act((x - mean) / sqrt(variance + eps) * gamma + beta)</c> with the batch's own mean and biased variance, and
/// <c>running = (1 - momentum) running + momentum batch</c> with the unbiased one. Sums over the batch follow <see cref="Slices"/>.
/// A single value per channel has no unbiased variance: the running one stays (PyTorch refuses such a batch).
/// </summary>
interface IBatchNorm2dForwardTraining : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="sizes">Sizes of one example.</param>
    /// <param name="n">Examples.</param>
    /// <param name="x"><c>[n, pixels, channels]</c>.</param>
    /// <param name="parameters">Scale, shift and running statistics.</param>
    /// <param name="relu">Whether negative results become zero.</param>
    /// <param name="y"><c>[n, pixels, channels]</c>, overwritten; never <paramref name="x"/> itself, which the gradient reads.</param>
    /// <param name="mean"><c>[channels]</c>, overwritten: the batch's mean, for the gradient.</param>
    /// <param name="inverseDeviation"><c>[channels]</c>, overwritten: <c>1 / sqrt(variance + eps)</c>, for the gradient.</param>
    void Run(
        DeviceStream stream, in BatchNormSizes sizes, int n, DeviceView x, in BatchNormParameters parameters, bool relu,
        DeviceView y, DeviceView mean, DeviceView inverseDeviation);
}
