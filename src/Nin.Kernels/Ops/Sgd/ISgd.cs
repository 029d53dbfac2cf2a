namespace Nin.Ops;

/// <summary>
/// <c>g += decay p; v = IsFirst ? g : momentum v + (1 - dampening) g; g = Nesterov ? g + momentum v : v; p -= rate g</c>, with the second
/// and third only where there is momentum. The rule of PyTorch's <c>torch/optim/sgd.py</c>.
/// </summary>
interface ISgd : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="step">The numbers.</param>
    /// <param name="parameters">All parameters at once, updated.</param>
    /// <param name="gradients">Their gradients, which are kept.</param>
    /// <param name="velocity">Updated; none without momentum.</param>
    void Run(DeviceStream stream, in SgdStep step, DeviceView parameters, DeviceView gradients, DeviceView velocity);
}
