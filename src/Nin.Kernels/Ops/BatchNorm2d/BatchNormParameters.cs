namespace Nin.Ops;

/// <summary>What a batch normalisation holds, each of length channels.</summary>
/// <param name="Gamma">Scale.</param>
/// <param name="Beta">Shift.</param>
/// <param name="RunningMean">Mean over the batches so far; written once a training step.</param>
/// <param name="RunningVariance">Unbiased variance over the batches so far; written once a training step.</param>
/// <param name="Epsilon">Added to the variance before its root.</param>
/// <param name="Momentum">Weight of a new batch in the running statistics.</param>
readonly record struct BatchNormParameters(
    DeviceView Gamma, DeviceView Beta, DeviceView RunningMean, DeviceView RunningVariance, float Epsilon, float Momentum);
