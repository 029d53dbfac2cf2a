namespace Nin.TestKit;

/// <summary>Stochastic gradient descent as torch/optim/sgd.py has it.</summary>
public sealed record ReferenceSgd(
    double LearningRate, double Momentum = 0, double Dampening = 0, bool Nesterov = false, double WeightDecay = 0)
{
    /// <summary>Takes one step in place and returns the new parameters with their bound. Chain: 8 roundings.</summary>
    /// <param name="step">Counted from 1: the first step fills the buffer without dampening.</param>
    /// <param name="p">Parameters, changed.</param>
    /// <param name="g">Gradients.</param>
    /// <param name="buffer">Momentum, changed; not read at the first step.</param>
    public Oracle Step(int step, double[] p, double[] g, double[] buffer)
    {
        Lengths.Check(g, p.Length);
        Lengths.Check(buffer, p.Length);
        var magnitude = new double[p.Length];
        for (int i = 0; i < p.Length; i++)
        {
            double d = g[i] + WeightDecay * p[i], size = Math.Abs(g[i]) + WeightDecay * Math.Abs(p[i]);
            if (Momentum != 0)
            {
                double kept = step == 1 ? 0 : Momentum * buffer[i], added = step == 1 ? d : (1 - Dampening) * d;
                buffer[i] = kept + added;
                d = Nesterov ? d + Momentum * buffer[i] : buffer[i];
                size = 2 * size + Math.Abs(kept);
            }

            magnitude[i] = Math.Abs(p[i]) + LearningRate * size;
            p[i] -= LearningRate * d;
        }

        return new([.. p], () => magnitude, 8);
    }
}
