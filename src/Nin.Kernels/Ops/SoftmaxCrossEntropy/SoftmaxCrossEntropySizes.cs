namespace Nin.Ops;

/// <summary>What the kernel of the loss reads beside its arrays.</summary>
/// <param name="Classes">Classes.</param>
/// <param name="Examples">Examples.</param>
/// <param name="Scale">Factor of the gradient.</param>
/// <param name="HasGradient">1 where a gradient is asked for.</param>
readonly record struct SoftmaxCrossEntropySizes(int Classes, int Examples, float Scale, int HasGradient);
