namespace Nin.TestKit;

/// <summary>
/// An MLP over each pixel (Lin, Chen and Yan, arXiv 1312.4400): <c>h = relu(w1 x + b1)</c>, <c>y = w2 h + b2</c>. Each product alone is
/// <see cref="ReferenceConv2d"/>; what is here goes through both.
/// </summary>
/// <remarks>
/// Bounds: the gradient of the hidden channels, <c>dh = w2' dy</c> where h is above 0, is rounded before the second product reads it. An
/// element of it is off by <c>gamma(k1) M</c> with M the sum of its terms' absolute values, and (1 + gamma(k1))(1 + gamma(k2)) - 1 is at most
/// gamma(k1 + k2) (Higham, lemma 3.3). So the magnitude is the second product over M, and the chains add up, with their two roundings each.
/// </remarks>
public static class ReferencePointwiseMlp
{
    /// <summary>dx. Chain: filters and hidden channels.</summary>
    /// <param name="s">The case.</param>
    /// <param name="h">The hidden channels, as the forward pass left them.</param>
    /// <param name="w1"><c>[Hidden, Channels]</c>.</param>
    /// <param name="w2"><c>[Filters, Hidden]</c>.</param>
    /// <param name="dy">Gradient of the output, already masked by its ReLU if there is one.</param>
    public static Oracle BackwardData(PointwiseMlpCase s, double[] h, double[] w1, double[] w2, double[] dy)
    {
        Oracle dh = BackwardHidden(s, h, w2, dy);
        Oracle dx = ReferenceConv2d.BackwardData(s.First, w1, dh.Value);
        return new(dx.Value, () => ReferenceConv2d.BackwardData(s.First, Oracle.Abs(w1), dh.Magnitude).Value, Both(dh, dx));
    }

    /// <summary>dw1. Chain: filters and pixels of the batch.</summary>
    /// <inheritdoc cref="BackwardData"/>
    public static Oracle BackwardFirstWeights(PointwiseMlpCase s, double[] x, double[] h, double[] w2, double[] dy)
    {
        Oracle dh = BackwardHidden(s, h, w2, dy);
        Oracle dw = ReferenceConv2d.BackwardWeights(s.First, x, dh.Value);
        return new(dw.Value, () => ReferenceConv2d.BackwardWeights(s.First, Oracle.Abs(x), dh.Magnitude).Value, Both(dh, dw));
    }

    /// <summary>db1. Chain: filters and pixels of the batch.</summary>
    /// <inheritdoc cref="BackwardData"/>
    public static Oracle BackwardFirstBias(PointwiseMlpCase s, double[] h, double[] w2, double[] dy)
    {
        Oracle dh = BackwardHidden(s, h, w2, dy);
        Oracle db = ReferenceConv2d.BackwardBias(s.First, dh.Value);
        return new(db.Value, () => ReferenceConv2d.BackwardBias(s.First, dh.Magnitude).Value, Both(dh, db));
    }

    static Oracle BackwardHidden(PointwiseMlpCase s, double[] h, double[] w2, double[] dy)
    {
        Oracle dh = ReferenceConv2d.BackwardData(s.Second, w2, dy);
        return new(Masked(h, dh.Value), () => Masked(h, dh.Magnitude), dh.Chain);
    }

    static double Both(Oracle first, Oracle second) => first.Chain + 2 + second.Chain;

    static double[] Masked(double[] h, double[] dh) => ReferenceRelu.Backward(h, dh).Value;
}
