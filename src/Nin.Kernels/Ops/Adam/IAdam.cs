namespace Nin.Ops;

/// <summary>
/// <c>m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g²; p -= rate / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps)</c>.
/// The rule of PyTorch's <c>torch/optim/adam.py</c> and <c>adamw.py</c>.
/// </summary>
interface IAdam : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="step">The numbers.</param>
    /// <param name="parameters">All parameters at once, updated.</param>
    /// <param name="gradients">Their gradients, which are kept.</param>
    /// <param name="firstMoment">Updated; zero before the first step.</param>
    /// <param name="secondMoment">Updated; zero before the first step.</param>
    void Run(
        DeviceStream stream, in AdamStep step, DeviceView parameters, DeviceView gradients, DeviceView firstMoment, DeviceView secondMoment);
}
