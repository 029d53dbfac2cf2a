namespace Nin.Ops;

/// <summary>The numbers of a step as its kernel reads them: flags as integers, because a kernel's parameters hold no bool.</summary>
/// <param name="Rate">Step size.</param>
/// <param name="Decay">Factor of the parameter in its gradient.</param>
/// <param name="Momentum">Factor of the old velocity.</param>
/// <param name="Added">Factor of the gradient in the velocity.</param>
/// <param name="HasVelocity">1 where there is momentum.</param>
/// <param name="IsFirst">1 where the velocity starts as the gradient.</param>
/// <param name="IsNesterov">1 where it looks ahead.</param>
readonly record struct SgdFactors(float Rate, float Decay, float Momentum, float Added, int HasVelocity, int IsFirst, int IsNesterov);
