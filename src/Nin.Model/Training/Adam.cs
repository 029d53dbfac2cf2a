using System.Globalization;
using Nin.Ops;

namespace Nin.Training;

/// <summary>
/// Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019), by the rules of PyTorch's <c>torch/optim/adam.py</c> and <c>adamw.py</c>.
/// </summary>
public sealed class Adam : Optimizer
{
    readonly DeviceView firstMoment;
    readonly DeviceView secondMoment;

    /// <param name="parameters">What to update.</param>
    /// <param name="learningRate">Step size.</param>
    /// <param name="beta1">Decay of the first moment, 0 to 1.</param>
    /// <param name="beta2">Decay of the second moment, 0 to 1.</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    /// <param name="weightDecay">Weight decay: part of the gradient, or apart from it where <paramref name="decoupled"/>.</param>
    /// <param name="decoupled">AdamW.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Adam(
        ParameterSet parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8,
        double weightDecay = 0, bool decoupled = false)
        : base(parameters, learningRate)
    {
        if (!(beta1 is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(beta1), beta1, "A decay must be 0 or more and below 1.");
        if (!(beta2 is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(beta2), beta2, "A decay must be 0 or more and below 1.");
        if (!(epsilon > 0)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Epsilon must be above 0.");
        if (!(weightDecay >= 0)) throw new ArgumentOutOfRangeException(nameof(weightDecay), weightDecay, "Weight decay must be 0 or more.");
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
        WeightDecay = weightDecay;
        Decoupled = decoupled;
        firstMoment = AddState("firstMoment");
        secondMoment = AddState("secondMoment");
    }

    /// <summary>Decay of the first moment.</summary>
    public double Beta1 { get; }

    /// <summary>Decay of the second moment.</summary>
    public double Beta2 { get; }

    /// <summary>Added to the root of the second moment.</summary>
    public double Epsilon { get; }

    /// <summary>Weight decay.</summary>
    public double WeightDecay { get; }

    /// <summary>Whether weight decay is apart from the gradient (AdamW).</summary>
    public bool Decoupled { get; }

    /// <inheritdoc/>
    public override string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"Beta1 = {Beta1:R}, Beta2 = {Beta2:R}, Epsilon = {Epsilon:R}, WeightDecay = {WeightDecay:R}, Decoupled = {Decoupled}");

    /// <inheritdoc/>
    protected override void Update(in Pass pass, in ParameterRange range)
    {
        var step = new AdamStep((float)(LearningRate * range.RateFactor), (float)Beta1, (float)Beta2, (float)Epsilon, (float)(WeightDecay * range.DecayFactor), Decoupled, Steps);
        pass.Op<IAdam>().Run(pass.Stream, step, range.Values, range.Gradients, range.Of(firstMoment), range.Of(secondMoment));
    }
}
