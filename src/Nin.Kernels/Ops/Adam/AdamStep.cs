namespace Nin.Ops;

/// <summary>The numbers of one step of Adam or AdamW.</summary>
/// <param name="LearningRate">Step size.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment, after its bias correction.</param>
/// <param name="WeightDecay">Added to the gradient (Adam), or shrinking the parameter before the step (AdamW).</param>
/// <param name="Decoupled">AdamW.</param>
/// <param name="Step">The step, from 1.</param>
public readonly record struct AdamStep(
    float LearningRate, float Beta1, float Beta2, float Epsilon, float WeightDecay, bool Decoupled, int Step);
