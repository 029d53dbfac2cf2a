namespace Nin.TestKit;

/// <summary>
/// Mean over windows (<c>torch.nn.functional.avg_pool2d</c>, AvgPoolKernel.cpp). With CountIncludePad the divisor counts padding,
/// but never what hangs over beyond it; without, it counts pixels of the image only.
/// </summary>
public static class ReferenceAvgPool2d
{
    /// <summary>y. Chain: the taps of a window.</summary>
    public static Oracle Forward(Pool2dCase s, double[] x)
    {
        Lengths.Check(x, s.InputLength);
        return new(Gather(s, x), () => Gather(s, Oracle.Abs(x)), s.Taps);

        static double[] Gather(Pool2dCase s, double[] x)
        {
            var y = new double[s.OutputLength];
            Visit(s, (input, output, divisor) => y[output] += x[input] / divisor);
            return y;
        }
    }

    /// <summary>dx: each window spreads dy evenly, with its own divisor. Chain: the windows that can share a pixel.</summary>
    public static Oracle Backward(Pool2dCase s, double[] dy)
    {
        Lengths.Check(dy, s.OutputLength);
        return new(Scatter(s, dy), () => Scatter(s, Oracle.Abs(dy)), s.Taps);

        static double[] Scatter(Pool2dCase s, double[] dy)
        {
            var dx = new double[s.InputLength];
            Visit(s, (input, output, divisor) => dx[input] += dy[output] / divisor);
            return dx;
        }
    }

    static void Visit(Pool2dCase s, Action<int, int, double> visit)
    {
        if (s.Rows.Dilation != 1 || s.Columns.Dilation != 1)
        {
            throw new ArgumentException($"An average has no dilation, but the case has {s.Rows.Dilation}, {s.Columns.Dilation}.", nameof(s));
        }

        for (int output = 0; output < s.OutputLength; output++)
        {
            int plane = output / (s.OutHeight * s.OutWidth);
            Pool1dCase rows = s.Rows, columns = s.Columns;
            int top = output / s.OutWidth % s.OutHeight * rows.Stride - rows.Before, left = output % s.OutWidth * columns.Stride - columns.Before;
            int bottom = Math.Min(top + rows.Kernel, s.Height + rows.After), right = Math.Min(left + columns.Kernel, s.Width + columns.After);
            int padded = (bottom - top) * (right - left);
            (top, left) = (Math.Max(top, 0), Math.Max(left, 0));
            (bottom, right) = (Math.Min(bottom, s.Height), Math.Min(right, s.Width));
            int divisor = s.CountIncludePad ? padded : (bottom - top) * (right - left);
            for (int h = top; h < bottom; h++)
            {
                for (int w = left; w < right; w++)
                {
                    visit((plane * s.Height + h) * s.Width + w, output, divisor);
                }
            }
        }
    }
}
