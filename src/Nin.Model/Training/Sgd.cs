using System.Globalization;
using Nin.Ops;

namespace Nin.Training;

/// <summary>Stochastic gradient descent with momentum and weight decay, by the rule of PyTorch's <c>torch/optim/sgd.py</c>.</summary>
public sealed class Sgd : Optimizer
{
    readonly DeviceView velocity;

    /// <param name="parameters">What to update.</param>
    /// <param name="learningRate">Step size.</param>
    /// <param name="momentum">Share of the velocity that is kept, 0 to 1.</param>
    /// <param name="weightDecay">Factor of a parameter that is added to its gradient.</param>
    /// <param name="nesterov">Looks ahead along the velocity; needs momentum.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or Nesterov is asked for without momentum.</exception>
    public Sgd(ParameterSet parameters, double learningRate, double momentum = 0, double weightDecay = 0, bool nesterov = false)
        : base(parameters, learningRate)
    {
        if (!(momentum is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "Momentum must be 0 or more and below 1.");
        if (!(weightDecay >= 0)) throw new ArgumentOutOfRangeException(nameof(weightDecay), weightDecay, "Weight decay must be 0 or more.");
        if (nesterov && momentum == 0) throw new ArgumentException("Nesterov momentum needs a momentum above 0.", nameof(nesterov));
        Momentum = momentum;
        WeightDecay = weightDecay;
        Nesterov = nesterov;
        if (momentum > 0) velocity = AddState("velocity");
    }

    /// <summary>Share of the velocity that is kept.</summary>
    public double Momentum { get; }

    /// <summary>Factor of a parameter that is added to its gradient.</summary>
    public double WeightDecay { get; }

    /// <summary>Whether it looks ahead along the velocity.</summary>
    public bool Nesterov { get; }

    /// <inheritdoc/>
    public override string Describe() =>
        string.Create(CultureInfo.InvariantCulture, $"Momentum = {Momentum:R}, WeightDecay = {WeightDecay:R}, Nesterov = {Nesterov}");

    /// <inheritdoc/>
    protected override void Update(in Pass pass, in ParameterRange range)
    {
        var step = new SgdStep((float)(LearningRate * range.RateFactor), (float)Momentum, 0, (float)(WeightDecay * range.DecayFactor), Nesterov, IsFirst: Steps == 1);
        pass.Op<ISgd>().Run(pass.Stream, step, range.Values, range.Gradients, range.Of(velocity));
    }
}
