namespace Nin.TestKit;

/// <summary>
/// 2-D cross-correlation (<c>torch.nn.functional.conv2d</c>): x <c>[n, c, h, w]</c>, w <c>[f, c / groups, k, k]</c>,
/// b <c>[f]</c>, y <c>[n, f, oh, ow]</c>.
/// </summary>
/// <remarks>
/// One product and four functions: y and the two large gradients visit the same triples (input pixel, weight, output pixel),
/// and differ in which of the three they sum into. The innermost loop runs along a row.
/// </remarks>
public static class ReferenceConv2d
{
    /// <summary>y. Chain: the taps of a window and the bias.</summary>
    public static Oracle Forward(Conv2dCase s, double[] x, double[] w, double[]? b = null)
    {
        Lengths.Check(x, s.InputLength);
        Lengths.Check(w, s.WeightLength);
        Lengths.Check(b, s.Filters);
        return new(
            Correlate(s, x, w, b),
            () => Correlate(s, Oracle.Abs(x), Oracle.Abs(w), Oracle.Abs(b)),
            s.GroupChannels * s.Kernel * s.Kernel + 1);
    }

    /// <summary>dx. Chain: every window over a pixel times the filters that read it. A pixel in no window has dx 0.</summary>
    public static Oracle BackwardData(Conv2dCase s, double[] w, double[] dy)
    {
        Lengths.Check(w, s.WeightLength);
        Lengths.Check(dy, s.OutputLength);
        return new(Spread(s, w, dy), () => Spread(s, Oracle.Abs(w), Oracle.Abs(dy)), s.GroupFilters * s.Kernel * s.Kernel);
    }

    /// <summary>dw. Chain: every output pixel of every image.</summary>
    public static Oracle BackwardWeights(Conv2dCase s, double[] x, double[] dy)
    {
        Lengths.Check(x, s.InputLength);
        Lengths.Check(dy, s.OutputLength);
        return new(
            CorrelateWithOutput(s, x, dy),
            () => CorrelateWithOutput(s, Oracle.Abs(x), Oracle.Abs(dy)),
            s.Batch * s.OutHeight * s.OutWidth);
    }

    /// <summary>db, the sum of dy over images and pixels. Chain: the terms.</summary>
    public static Oracle BackwardBias(Conv2dCase s, double[] dy)
    {
        Lengths.Check(dy, s.OutputLength);
        int plane = s.OutHeight * s.OutWidth;
        return new(
            ChannelSums.Of(dy, s.Batch, s.Filters, plane),
            () => ChannelSums.Of(Oracle.Abs(dy), s.Batch, s.Filters, plane),
            s.Batch * plane);
    }

    static double[] Correlate(Conv2dCase s, double[] x, double[] w, double[]? b)
    {
        var y = new double[s.OutputLength];
        int plane = s.OutHeight * s.OutWidth;
        Parallel.For(0, s.Batch * s.Filters, nf =>
        {
            int n = nf / s.Filters, f = nf % s.Filters;
            y.AsSpan(nf * plane, plane).Fill(b?[f] ?? 0);
            for (int c = 0; c < s.GroupChannels; c++)
            {
                foreach (Tap tap in Taps(s, n, f, c))
                {
                    double weight = w[tap.W];
                    for (int i = 0; i < tap.Columns; i++)
                    {
                        y[tap.Y + i] += weight * x[tap.X + i * s.Stride];
                    }
                }
            }
        });
        return y;
    }

    static double[] Spread(Conv2dCase s, double[] w, double[] dy)
    {
        var dx = new double[s.InputLength];
        Parallel.For(0, s.Batch * s.Channels, nc =>
        {
            int n = nc / s.Channels, group = nc % s.Channels / s.GroupChannels, c = nc % s.GroupChannels;
            for (int f = group * s.GroupFilters; f < (group + 1) * s.GroupFilters; f++)
            {
                foreach (Tap tap in Taps(s, n, f, c))
                {
                    double weight = w[tap.W];
                    for (int i = 0; i < tap.Columns; i++)
                    {
                        dx[tap.X + i * s.Stride] += weight * dy[tap.Y + i];
                    }
                }
            }
        });
        return dx;
    }

    static double[] CorrelateWithOutput(Conv2dCase s, double[] x, double[] dy)
    {
        var dw = new double[s.WeightLength];
        Parallel.For(0, s.Filters * s.GroupChannels, fc =>
        {
            for (int n = 0; n < s.Batch; n++)
            {
                foreach (Tap tap in Taps(s, n, fc / s.GroupChannels, fc % s.GroupChannels))
                {
                    double sum = 0;
                    for (int i = 0; i < tap.Columns; i++)
                    {
                        sum += dy[tap.Y + i] * x[tap.X + i * s.Stride];
                    }

                    dw[tap.W] += sum;
                }
            }
        });
        return dw;
    }

    /// <summary>The rows that image n's channel c (counted in its group) and filter f have in common, tap by tap.</summary>
    static IEnumerable<Tap> Taps(Conv2dCase s, int n, int f, int c)
    {
        int xPlane = n * s.Channels + f / s.GroupFilters * s.GroupChannels + c, yPlane = n * s.Filters + f;
        for (int kh = 0; kh < s.Kernel; kh++)
        {
            for (int kw = 0; kw < s.Kernel; kw++)
            {
                int w = ((f * s.GroupChannels + c) * s.Kernel + kh) * s.Kernel + kw;
                int down = kh * s.Dilation - s.Padding, right = kw * s.Dilation - s.Padding;
                (int row, int rows) = Inside(s.Height, s.OutHeight, s.Stride, down);
                (int column, int columns) = Inside(s.Width, s.OutWidth, s.Stride, right);
                for (int oh = row; oh < row + rows; oh++)
                {
                    int ih = oh * s.Stride + down, iw = column * s.Stride + right;
                    yield return new(w, (xPlane * s.Height + ih) * s.Width + iw, (yPlane * s.OutHeight + oh) * s.OutWidth + column, columns);
                }
            }
        }
    }

    /// <summary>The outputs o whose input <c>o stride + offset</c> lies inside the image: the first, and how many.</summary>
    static (int First, int Count) Inside(int input, int output, int stride, int offset)
    {
        int first = 0, count = 0;
        for (int o = output - 1; o >= 0; o--)
        {
            int i = o * stride + offset;
            if (i >= 0 && i < input)
            {
                (first, count) = (o, count + 1);
            }
        }

        return (first, count);
    }

    /// <summary>Columns outputs from index Y on read, through the weight W, every stride-th input from index X on.</summary>
    readonly record struct Tap(int W, int X, int Y, int Columns);
}
