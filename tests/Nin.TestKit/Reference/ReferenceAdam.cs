namespace Nin.TestKit;

/// <summary>
/// Adam (Kingma and Ba, arXiv 1412.6980) as torch/optim/adam.py has it, and AdamW (Loshchilov and Hutter, arXiv 1711.05101) as
/// torch/optim/adamw.py: epsilon is added after the bias correction.
/// </summary>
/// <param name="LearningRate">The step size.</param>
/// <param name="Beta1">Decay of the mean.</param>
/// <param name="Beta2">Decay of the mean square.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="WeightDecay">L2 penalty, or with <paramref name="Decoupled"/> a decay of the parameters.</param>
/// <param name="Decoupled">True for AdamW, whose WeightDecay PyTorch sets to 0.01.</param>
public sealed record ReferenceAdam(
    double LearningRate, double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0, bool Decoupled = false)
{
    /// <summary>
    /// Takes one step in place and returns the new parameters with their bound. Chain: 16 roundings, the scalars
    /// (<c>1 - beta</c>, the corrections) computed in double and rounded once.
    /// </summary>
    /// <param name="step">Counted from 1.</param>
    /// <param name="p">Parameters, changed.</param>
    /// <param name="g">Gradients.</param>
    /// <param name="m">Mean of the gradients, changed.</param>
    /// <param name="v">Mean square of the gradients, changed.</param>
    public Oracle Step(int step, double[] p, double[] g, double[] m, double[] v)
    {
        Lengths.Check(g, p.Length);
        Lengths.Check(m, p.Length);
        Lengths.Check(v, p.Length);
        double correction1 = 1 - Math.Pow(Beta1, step), correction2 = 1 - Math.Pow(Beta2, step);
        var magnitude = new double[p.Length];
        for (int i = 0; i < p.Length; i++)
        {
            double decay = WeightDecay * p[i];
            double d = Decoupled ? g[i] : g[i] + decay, size = Decoupled ? Math.Abs(d) : Math.Abs(g[i]) + Math.Abs(decay);
            double start = Decoupled ? p[i] - LearningRate * decay : p[i], remembered = Beta1 * Math.Abs(m[i]);
            m[i] = Beta1 * m[i] + (1 - Beta1) * d;
            v[i] = Beta2 * v[i] + (1 - Beta2) * d * d;
            double rate = LearningRate / correction1 / (Math.Sqrt(v[i]) / Math.Sqrt(correction2) + Epsilon);
            magnitude[i] = Math.Abs(p[i]) + rate * (remembered + size);
            p[i] = start - rate * m[i];
        }

        return new([.. p], () => magnitude, 16);
    }
}
