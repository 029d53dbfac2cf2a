namespace Nin.Ops;

/// <summary>The numbers of a step as its kernel reads them, bias corrections worked out in double.</summary>
/// <param name="Rate"><c>rate / (1 - b1^t)</c>.</param>
/// <param name="SecondScale"><c>1 / sqrt(1 - b2^t)</c>.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Added1"><c>1 - b1</c>.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Added2"><c>1 - b2</c>.</param>
/// <param name="Epsilon">Added to the corrected root.</param>
/// <param name="Decay">Factor of the parameter in its gradient; 0 for AdamW.</param>
/// <param name="Shrink">Factor of the parameter before the step; 1 for Adam.</param>
readonly record struct AdamFactors(
    float Rate, float SecondScale, float Beta1, float Added1, float Beta2, float Added2, float Epsilon, float Decay, float Shrink)
{
    public static AdamFactors Of(in AdamStep step)
    {
        double first = 1 - Math.Pow(step.Beta1, step.Step), second = 1 - Math.Pow(step.Beta2, step.Step);
        return new AdamFactors(
            (float)(step.LearningRate / first), (float)(1 / Math.Sqrt(second)), step.Beta1, (float)(1.0 - step.Beta1), step.Beta2,
            (float)(1.0 - step.Beta2), step.Epsilon, step.Decoupled ? 0 : step.WeightDecay,
            step.Decoupled ? (float)(1.0 - (double)step.LearningRate * step.WeightDecay) : 1);
    }
}
