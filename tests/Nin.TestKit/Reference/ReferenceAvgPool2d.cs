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
        return new(Gather(s, x), () => Gather(s, Oracle.Abs(x)), s.Kernel * s.Kernel);

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
        return new(Scatter(s, dy), () => Scatter(s, Oracle.Abs(dy)), s.Kernel * s.Kernel);

        static double[] Scatter(Pool2dCase s, double[] dy)
        {
            var dx = new double[s.InputLength];
            Visit(s, (input, output, divisor) => dx[input] += dy[output] / divisor);
            return dx;
        }
    }

    static void Visit(Pool2dCase s, Action<int, int, double> visit)
    {
        if (s.Dilation != 1)
        {
            throw new ArgumentException($"An average has no dilation, but the case has {s.Dilation}.", nameof(s));
        }

        for (int output = 0; output < s.OutputLength; output++)
        {
            int plane = output / (s.OutHeight * s.OutWidth);
            int top = output / s.OutWidth % s.OutHeight * s.Stride - s.Padding, left = output % s.OutWidth * s.Stride - s.Padding;
            int bottom = Math.Min(top + s.Kernel, s.Height + s.Padding), right = Math.Min(left + s.Kernel, s.Width + s.Padding);
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
