using Nin.Ops;

namespace Nin.Tests.Vectorized;

/// <summary>
/// The three products of a convolution as one plain loop in double precision; beside each result the sum of the absolute values of its
/// terms and their number, from which a tolerance follows.
/// </summary>
sealed class PlainConvolution(Conv2dSizes sizes, int batch)
{
    public (double[] Values, double[] Sums) Forward(float[] x, float[] w, float[]? bias)
    {
        var y = (Values: new double[batch * sizes.OutputLength], Sums: new double[batch * sizes.OutputLength]);
        ForEachTerm((ix, iw, iy) => Add(y, iy, (double)x[ix] * w[iw]));
        for (int i = 0; bias is not null && i < y.Values.Length; i++)
        {
            Add(y, i, bias[i % sizes.Filters]);
        }

        return y;
    }

    public (double[] Values, double[] Sums) BackwardData(float[] dY, float[] w)
    {
        var dX = (Values: new double[batch * sizes.InputLength], Sums: new double[batch * sizes.InputLength]);
        ForEachTerm((ix, iw, iy) => Add(dX, ix, (double)dY[iy] * w[iw]));
        return dX;
    }

    public (double[] Values, double[] Sums) BackwardWeights(float[] x, float[] dY)
    {
        var dW = (Values: new double[sizes.WeightLength], Sums: new double[sizes.WeightLength]);
        ForEachTerm((ix, iw, iy) => Add(dW, iw, (double)x[ix] * dY[iy]));
        return dW;
    }

    public (double[] Values, double[] Sums) BackwardBias(float[] dY)
    {
        var dB = (Values: new double[sizes.Filters], Sums: new double[sizes.Filters]);
        for (int i = 0; i < dY.Length; i++)
        {
            Add(dB, i % sizes.Filters, dY[i]);
        }

        return dB;
    }

    static void Add((double[] Values, double[] Sums) to, long index, double term)
    {
        to.Values[index] += term;
        to.Sums[index] += Math.Abs(term);
    }

    void ForEachTerm(Action<long, long, long> visit)
    {
        for (int n = 0; n < batch; n++)
        {
            for (int row = 0; row < sizes.OutHeight; row++)
            {
                for (int column = 0; column < sizes.OutWidth; column++)
                {
                    ForEachTap(n, row, column, visit);
                }
            }
        }
    }

    void ForEachTap(int n, int row, int column, Action<long, long, long> visit)
    {
        for (int kh = 0; kh < sizes.Window.Rows.Kernel; kh++)
        {
            for (int kw = 0; kw < sizes.Window.Columns.Kernel; kw++)
            {
                int h = row * sizes.Window.Rows.Stride - sizes.Window.Rows.Before + kh * sizes.Window.Rows.Dilation;
                int w = column * sizes.Window.Columns.Stride - sizes.Window.Columns.Before + kw * sizes.Window.Columns.Dilation;
                if (h < 0 || h >= sizes.Height || w < 0 || w >= sizes.Width)
                {
                    continue;
                }

                for (int f = 0; f < sizes.Filters; f++)
                {
                    for (int c = 0; c < sizes.GroupChannels; c++)
                    {
                        int channel = f / sizes.GroupFilters * sizes.GroupChannels + c;
                        visit(
                            (((long)n * sizes.Height + h) * sizes.Width + w) * sizes.Channels + channel,
                            (((long)kh * sizes.Window.Columns.Kernel + kw) * sizes.GroupChannels + c) * sizes.Filters + f,
                            (((long)n * sizes.OutHeight + row) * sizes.OutWidth + column) * sizes.Filters + f);
                    }
                }
            }
        }
    }
}
