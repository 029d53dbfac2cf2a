namespace Nin.TestKit;

/// <summary>
/// Maximum over windows (<c>torch.nn.functional.max_pool2d</c>, MaxPoolKernel.cpp): padding is never the maximum, the first of equal
/// maxima in row order wins, and a NaN wins over everything before it.
/// </summary>
public static class ReferenceMaxPool2d
{
    /// <summary>y; exact. A window with no tap inside the image gives -inf.</summary>
    public static Oracle Forward(Pool2dCase s, double[] x)
    {
        int[] indices = Indices(s, x);
        int plane = s.OutHeight * s.OutWidth;
        var y = new double[s.OutputLength];
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = indices[i] < 0 ? double.NegativeInfinity : x[i / plane * s.Height * s.Width + indices[i]];
        }

        return Oracle.Exact(y);
    }

    /// <summary>dx: dy goes to the pixel of the maximum, and overlapping windows add up. Chain: the windows that can share a pixel.</summary>
    public static Oracle Backward(Pool2dCase s, double[] x, double[] dy)
    {
        Lengths.Check(dy, s.OutputLength);
        int[] indices = Indices(s, x);
        return new(Scatter(s, indices, dy), () => Scatter(s, indices, Oracle.Abs(dy)), s.Taps);
    }

    /// <summary>For each output, the position of its maximum in its <c>h * w</c> plane, or -1 where no tap is inside.</summary>
    public static int[] Indices(Pool2dCase s, double[] x)
    {
        Lengths.Check(x, s.InputLength);
        var indices = new int[s.OutputLength];
        for (int i = 0; i < indices.Length; i++)
        {
            int plane = i / (s.OutHeight * s.OutWidth);
            indices[i] = Argmax(s, x.AsSpan(plane * s.Height * s.Width), i / s.OutWidth % s.OutHeight, i % s.OutWidth);
        }

        return indices;
    }

    static int Argmax(Pool2dCase s, ReadOnlySpan<double> plane, int oh, int ow)
    {
        Pool1dCase rows = s.Rows, columns = s.Columns;
        int index = -1;
        for (int kh = 0; kh < rows.Kernel; kh++)
        {
            for (int kw = 0; kw < columns.Kernel; kw++)
            {
                int h = oh * rows.Stride - rows.Before + kh * rows.Dilation, w = ow * columns.Stride - columns.Before + kw * columns.Dilation;
                if (h < 0 || h >= s.Height || w < 0 || w >= s.Width)
                {
                    continue;
                }

                double value = plane[h * s.Width + w];
                if (index < 0 || value > plane[index] || double.IsNaN(value))
                {
                    index = h * s.Width + w;
                }
            }
        }

        return index;
    }

    static double[] Scatter(Pool2dCase s, int[] indices, double[] dy)
    {
        int plane = s.OutHeight * s.OutWidth;
        var dx = new double[s.InputLength];
        for (int i = 0; i < dy.Length; i++)
        {
            if (indices[i] >= 0)
            {
                dx[i / plane * s.Height * s.Width + indices[i]] += dy[i];
            }
        }

        return dx;
    }
}
