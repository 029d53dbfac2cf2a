namespace Nin.TestKit;

/// <summary><c>y = x w' + b</c> (<c>torch.nn.functional.linear</c>): x <c>[n, i]</c>, w <c>[o, i]</c>, b <c>[o]</c>, y <c>[n, o]</c>.</summary>
public static class ReferenceLinear
{
    /// <summary>y. Chain: the inputs and the bias.</summary>
    public static Oracle Forward(LinearCase s, double[] x, double[] w, double[]? b = null)
    {
        Lengths.Check(x, s.Batch * s.Inputs);
        Lengths.Check(w, s.Outputs * s.Inputs);
        Lengths.Check(b, s.Outputs);
        return new(Product(s, x, w, b), () => Product(s, Oracle.Abs(x), Oracle.Abs(w), Oracle.Abs(b)), s.Inputs + 1);

        static double[] Product(LinearCase s, double[] x, double[] w, double[]? b)
        {
            var y = new double[s.Batch * s.Outputs];
            Visit(s, (n, o, i) => y[n * s.Outputs + o] += x[n * s.Inputs + i] * w[o * s.Inputs + i]);
            return b is null ? y : [.. y.Select((v, index) => v + b[index % s.Outputs])];
        }
    }

    /// <summary>dx. Chain: the outputs.</summary>
    public static Oracle BackwardData(LinearCase s, double[] w, double[] dy)
    {
        Lengths.Check(w, s.Outputs * s.Inputs);
        Lengths.Check(dy, s.Batch * s.Outputs);
        return new(Product(s, w, dy), () => Product(s, Oracle.Abs(w), Oracle.Abs(dy)), s.Outputs);

        static double[] Product(LinearCase s, double[] w, double[] dy)
        {
            var dx = new double[s.Batch * s.Inputs];
            Visit(s, (n, o, i) => dx[n * s.Inputs + i] += dy[n * s.Outputs + o] * w[o * s.Inputs + i]);
            return dx;
        }
    }

    /// <summary>dw. Chain: the batch.</summary>
    public static Oracle BackwardWeights(LinearCase s, double[] x, double[] dy)
    {
        Lengths.Check(x, s.Batch * s.Inputs);
        Lengths.Check(dy, s.Batch * s.Outputs);
        return new(Product(s, x, dy), () => Product(s, Oracle.Abs(x), Oracle.Abs(dy)), s.Batch);

        static double[] Product(LinearCase s, double[] x, double[] dy)
        {
            var dw = new double[s.Outputs * s.Inputs];
            Visit(s, (n, o, i) => dw[o * s.Inputs + i] += dy[n * s.Outputs + o] * x[n * s.Inputs + i]);
            return dw;
        }
    }

    /// <summary>db. Chain: the batch.</summary>
    public static Oracle BackwardBias(LinearCase s, double[] dy)
    {
        Lengths.Check(dy, s.Batch * s.Outputs);
        return new(
            ChannelSums.Of(dy, s.Batch, s.Outputs, 1),
            () => ChannelSums.Of(Oracle.Abs(dy), s.Batch, s.Outputs, 1),
            s.Batch);
    }

    static void Visit(LinearCase s, Action<int, int, int> visit)
    {
        for (int n = 0; n < s.Batch; n++)
        {
            for (int o = 0; o < s.Outputs; o++)
            {
                for (int i = 0; i < s.Inputs; i++)
                {
                    visit(n, o, i);
                }
            }
        }
    }
}
