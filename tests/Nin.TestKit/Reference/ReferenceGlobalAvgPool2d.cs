namespace Nin.TestKit;

/// <summary>Mean over each plane: x <c>[n, c, h, w]</c>, y <c>[n, c]</c>.</summary>
public static class ReferenceGlobalAvgPool2d
{
    /// <summary>y. Chain: the pixels of a plane.</summary>
    public static Oracle Forward(Norm2dCase s, double[] x)
    {
        Lengths.Check(x, s.Length);
        return new(Mean(s, x), () => Mean(s, Oracle.Abs(x)), s.Plane);
    }

    /// <summary>dx: dy spread evenly. Chain: one division.</summary>
    public static Oracle Backward(Norm2dCase s, double[] dy)
    {
        Lengths.Check(dy, s.Batch * s.Channels);
        var dx = new double[s.Length];
        for (int i = 0; i < dx.Length; i++)
        {
            dx[i] = dy[i / s.Plane] / s.Plane;
        }

        return Oracle.Rounded(dx, 1);
    }

    static double[] Mean(Norm2dCase s, double[] x)
    {
        var y = new double[s.Batch * s.Channels];
        for (int i = 0; i < x.Length; i++)
        {
            y[i / s.Plane] += x[i] / s.Plane;
        }

        return y;
    }
}
