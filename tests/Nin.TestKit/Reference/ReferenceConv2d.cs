namespace Nin.TestKit;

/// <summary>
/// 2-D cross-correlation (<c>torch.nn.functional.conv2d</c>): x <c>[n, c, h, w]</c>, w <c>[f, c / groups, kH, kW]</c>,
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
            s.GroupChannels * s.Rows.Kernel * s.Columns.Kernel + 1);
    }

    /// <summary>dx. Chain: every window over a pixel times the filters that read it. A pixel in no window has dx 0.</summary>
    public static Oracle BackwardData(Conv2dCase s, double[] w, double[] dy)
    {
        Lengths.Check(w, s.WeightLength);
        Lengths.Check(dy, s.OutputLength);
        return new(Spread(s, w, dy), () => Spread(s, Oracle.Abs(w), Oracle.Abs(dy)), s.GroupFilters * s.Rows.Kernel * s.Columns.Kernel);
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
        Tap[] taps = Taps(s);
        Parallel.For(0, s.Batch * s.Filters, nf =>
        {
            int n = nf / s.Filters, f = nf % s.Filters;
            Plane(y, nf, s.Batch * s.Filters).Fill(b?[f] ?? 0);
            for (int c = 0; c < s.GroupChannels; c++)
            {
                Span<double> to = Plane(y, nf, s.Batch * s.Filters);
                Span<double> from = Plane(x, InputPlane(s, n, f, c), s.Batch * s.Channels);
                Span<double> window = Plane(w, f * s.GroupChannels + c, s.Filters * s.GroupChannels);
                foreach (Tap tap in taps)
                {
                    double weight = window[tap.W];
                    Span<double> row = to.Slice(tap.Y, tap.Columns), read = from[tap.X..];
                    for (int i = 0; i < row.Length; i++)
                    {
                        row[i] += weight * read[i * s.Columns.Stride];
                    }
                }
            }
        });
        return y;
    }

    static double[] Spread(Conv2dCase s, double[] w, double[] dy)
    {
        var dx = new double[s.InputLength];
        Tap[] taps = Taps(s);
        Parallel.For(0, s.Batch * s.Channels, nc =>
        {
            int n = nc / s.Channels, group = nc % s.Channels / s.GroupChannels, c = nc % s.GroupChannels;
            for (int f = group * s.GroupFilters; f < (group + 1) * s.GroupFilters; f++)
            {
                Span<double> to = Plane(dx, nc, s.Batch * s.Channels);
                Span<double> from = Plane(dy, n * s.Filters + f, s.Batch * s.Filters);
                Span<double> window = Plane(w, f * s.GroupChannels + c, s.Filters * s.GroupChannels);
                foreach (Tap tap in taps)
                {
                    double weight = window[tap.W];
                    Span<double> row = from.Slice(tap.Y, tap.Columns), written = to[tap.X..];
                    for (int i = 0; i < row.Length; i++)
                    {
                        written[i * s.Columns.Stride] += weight * row[i];
                    }
                }
            }
        });
        return dx;
    }

    static double[] CorrelateWithOutput(Conv2dCase s, double[] x, double[] dy)
    {
        var dw = new double[s.WeightLength];
        Tap[] taps = Taps(s);
        Parallel.For(0, s.Filters * s.GroupChannels, fc =>
        {
            int f = fc / s.GroupChannels, c = fc % s.GroupChannels;
            for (int n = 0; n < s.Batch; n++)
            {
                Span<double> window = Plane(dw, fc, s.Filters * s.GroupChannels);
                Span<double> from = Plane(x, InputPlane(s, n, f, c), s.Batch * s.Channels);
                Span<double> upstream = Plane(dy, n * s.Filters + f, s.Batch * s.Filters);
                foreach (Tap tap in taps)
                {
                    double sum = 0;
                    Span<double> row = upstream.Slice(tap.Y, tap.Columns), read = from[tap.X..];
                    for (int i = 0; i < row.Length; i++)
                    {
                        sum += row[i] * read[i * s.Columns.Stride];
                    }

                    window[tap.W] += sum;
                }
            }
        });
        return dw;
    }

    /// <summary>The plane of x that filter f reads as channel c of its group.</summary>
    static int InputPlane(Conv2dCase s, int n, int f, int c) => n * s.Channels + f / s.GroupFilters * s.GroupChannels + c;

    static Span<double> Plane(double[] values, int index, int planes)
    {
        int length = values.Length / planes;
        return values.AsSpan(index * length, length);
    }

    /// <summary>The rows of one output plane that each weight of a window contributes to: the same for all planes.</summary>
    static Tap[] Taps(Conv2dCase s)
    {
        var taps = new List<Tap>();
        for (int kh = 0; kh < s.Rows.Kernel; kh++)
        {
            for (int kw = 0; kw < s.Columns.Kernel; kw++)
            {
                int down = kh * s.Rows.Dilation - s.Rows.Before, right = kw * s.Columns.Dilation - s.Columns.Before;
                (int row, int rows) = Inside(s.Height, s.OutHeight, s.Rows.Stride, down);
                (int column, int columns) = Inside(s.Width, s.OutWidth, s.Columns.Stride, right);
                for (int oh = row; columns > 0 && oh < row + rows; oh++)
                {
                    int ih = oh * s.Rows.Stride + down, iw = column * s.Columns.Stride + right;
                    taps.Add(new(kh * s.Columns.Kernel + kw, ih * s.Width + iw, oh * s.OutWidth + column, columns));
                }
            }
        }

        return [.. taps];
    }

    /// <summary>The outputs o whose input <c>o stride + offset</c> lies inside the image: the first, and how many.</summary>
    static (int First, int Count) Inside(int input, int output, int stride, int offset)
    {
        int[] inside = [.. Enumerable.Range(0, output).Where(o => o * stride + offset >= 0 && o * stride + offset < input)];
        return (inside.FirstOrDefault(), inside.Length);
    }

    /// <summary>Columns outputs from index Y on read, through the weight W, every stride-th input from index X on.</summary>
    readonly record struct Tap(int W, int X, int Y, int Columns);
}
