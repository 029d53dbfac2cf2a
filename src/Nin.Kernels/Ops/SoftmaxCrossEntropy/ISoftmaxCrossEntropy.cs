namespace Nin.Ops;

/// <summary>
/// Per example <c>loss = log(sum exp(z)) - z[label]</c>, stable for large logits, whether the label's logit is the (first) largest, and the
/// gradient <c>(softmax(z) - onehot) scale</c>.
/// </summary>
interface ISoftmaxCrossEntropy : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="classes">Classes.</param>
    /// <param name="n">Examples.</param>
    /// <param name="logits"><c>[n, classes]</c>.</param>
    /// <param name="labels"><c>[n]</c> 32-bit integers in 0..classes-1 (checked before they come here).</param>
    /// <param name="scale">Factor of the gradient: one over the number of examples for a mean loss.</param>
    /// <param name="losses"><c>[n]</c>, overwritten.</param>
    /// <param name="hits"><c>[n]</c>, overwritten: 1 where the prediction is right, else 0.</param>
    /// <param name="dlogits"><c>[n, classes]</c>, overwritten; none where no gradient is asked for; may be <paramref name="logits"/> itself.</param>
    void Run(
        DeviceStream stream, int classes, int n, DeviceView logits, DeviceView labels, float scale, DeviceView losses, DeviceView hits,
        DeviceView dlogits);
}
