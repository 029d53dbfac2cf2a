namespace Nin.Ops;

/// <summary>Where the gradients of a pixel's perceptron go; biases may be none.</summary>
/// <param name="First"><c>[channels, hidden]</c>.</param>
/// <param name="FirstBias"><c>[hidden]</c>.</param>
/// <param name="Second"><c>[hidden, filters]</c>.</param>
/// <param name="SecondBias"><c>[filters]</c>.</param>
readonly record struct PointwiseMlpGradients(DeviceView First, DeviceView FirstBias, DeviceView Second, DeviceView SecondBias);
