namespace Nin.Ops;

/// <summary>The parameters of a pixel's perceptron.</summary>
/// <param name="First"><c>[channels, hidden]</c>.</param>
/// <param name="FirstBias"><c>[hidden]</c>, or none.</param>
/// <param name="Second"><c>[hidden, filters]</c>.</param>
/// <param name="SecondBias"><c>[filters]</c>, or none.</param>
readonly record struct PointwiseMlpWeights(Weights First, DeviceView FirstBias, Weights Second, DeviceView SecondBias);
