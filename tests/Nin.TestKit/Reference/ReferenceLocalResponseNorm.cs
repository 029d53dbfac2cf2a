namespace Nin.TestKit;

/// <summary>
/// Local response normalisation over the channels of <c>[n, c, h, w]</c> (<c>torch.nn.LocalResponseNorm</c>; Krizhevsky et al. 2012, section 3.3):
/// <c>y[c] = x[c] s[c]^-beta</c>, <c>s[c] = k + alpha / size sum x[j]^2</c>, j from <c>c - size / 2</c> to <c>c + (size - 1) / 2</c>.
/// </summary>
/// <remarks>
/// Bounds, to first order in u: s collects <c>size + 3</c> roundings and none cancels; a power <c>e^(p log s)</c> is off by p times those, by p |log s| for
/// each of the three roundings of logarithm and product (the logarithm's two units and the product's one), and by two units of the exponential. For GPUs, whose
/// logarithm of base 2 is off by 2^-22 of itself or absolutely, four units more of |log2 s| + 1.
/// </remarks>
public sealed class ReferenceLocalResponseNorm(Norm2dCase s, int size, double alpha, double beta, double k)
{
    /// <summary>y. The magnitude is its own.</summary>
    public Oracle Forward(double[] x)
    {
        double[] sums = Sums(x);
        return Oracle.Rounded([.. x.Select((v, i) => v * Math.Pow(sums[i], -beta))], 2 + Roundings(sums, beta));
    }

    /// <summary>s, which the forward pass keeps.</summary>
    public Oracle Kept(double[] x) => Oracle.Rounded(Sums(x), size + 3);

    /// <summary>dx. The magnitude is that of its terms, which may cancel.</summary>
    public Oracle Backward(double[] x, double[] dy)
    {
        double[] sums = Sums(x);
        double[] owed = [.. x.Select((v, i) => dy[i] * v * Math.Pow(sums[i], -beta - 1))];
        return new(Combine(v => v, (a, b) => a - b), () => Combine(Math.Abs, (a, b) => a + b), 2 * size + 8 + Roundings(sums, beta + 1));

        double[] Combine(Func<double, double> of, Func<double, double, double> with) => Each((at, c) =>
        {
            double sum = 0;
            // Outputs whose window holds this channel.
            for (int o = 0; o < s.Channels; o++)
            {
                if (c >= o - size / 2 && c <= o + (size - 1) / 2) sum += of(owed[at + (o - c) * s.Plane]);
            }

            return with(of(dy[at] * Math.Pow(sums[at], -beta)), of(2 * alpha / size * beta * x[at]) * sum);
        });
    }

    double[] Sums(double[] x) => Each((at, c) =>
    {
        double sum = 0;
        for (int j = Math.Max(0, c - size / 2); j <= Math.Min(s.Channels - 1, c + (size - 1) / 2); j++)
        {
            double value = x[at + (j - c) * s.Plane];
            sum += value * value;
        }

        return k + alpha / size * sum;
    });

    int Roundings(double[] sums, double power)
    {
        double most = sums.Max(v => Math.Abs(Math.Log2(v)));
        return (int)Math.Ceiling(power * (size + 3 + 3 * most + 4 * (most + 1)) + 4);
    }

    double[] Each(Func<int, int, double> value) => [.. Enumerable.Range(0, s.Length).Select(i => value(i, i / s.Plane % s.Channels))];
}
