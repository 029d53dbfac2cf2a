namespace Nin.TestKit;

/// <summary>Tensors <c>[n, c_i, h, w]</c> joined along their channels.</summary>
public static class ReferenceConcat
{
    /// <summary>y <c>[n, sum c_i, h, w]</c>; exact.</summary>
    /// <param name="batch">Images.</param>
    /// <param name="plane">Pixels of a plane.</param>
    /// <param name="inputs">The tensors, in order.</param>
    public static Oracle Forward(int batch, int plane, params double[][] inputs)
    {
        var y = new List<double>();
        for (int n = 0; n < batch; n++)
        {
            foreach (double[] input in inputs)
            {
                int length = input.Length / batch;
                Lengths.Check(input, batch * (length / plane) * plane);
                y.AddRange(input.AsSpan(n * length, length));
            }
        }

        return Oracle.Exact([.. y]);
    }

    /// <summary>The part of dy that belongs to each input; exact.</summary>
    /// <param name="batch">Images.</param>
    /// <param name="plane">Pixels of a plane.</param>
    /// <param name="channels">Channels of each input, in order.</param>
    /// <param name="dy">The gradient of y.</param>
    public static Oracle[] Backward(int batch, int plane, int[] channels, double[] dy)
    {
        int all = channels.Sum(), first = 0;
        Lengths.Check(dy, batch * all * plane);
        var parts = new Oracle[channels.Length];
        for (int part = 0; part < parts.Length; part++)
        {
            var dx = new List<double>();
            for (int n = 0; n < batch; n++)
            {
                dx.AddRange(dy.AsSpan((n * all + first) * plane, channels[part] * plane));
            }

            parts[part] = Oracle.Exact([.. dx]);
            first += channels[part];
        }

        return parts;
    }
}
