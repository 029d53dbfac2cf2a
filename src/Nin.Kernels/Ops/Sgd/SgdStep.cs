namespace Nin.Ops;

/// <summary>The numbers of one step of stochastic gradient descent.</summary>
/// <param name="LearningRate">Step size.</param>
/// <param name="Momentum">Share of the velocity that is kept.</param>
/// <param name="Dampening">Share of a gradient that does not enter the velocity.</param>
/// <param name="WeightDecay">Factor of the parameter that is added to its gradient.</param>
/// <param name="Nesterov">Looks ahead along the velocity.</param>
/// <param name="IsFirst">The velocity starts as the gradient, without dampening.</param>
public readonly record struct SgdStep(
    float LearningRate, float Momentum = 0, float Dampening = 0, float WeightDecay = 0, bool Nesterov = false, bool IsFirst = false);
