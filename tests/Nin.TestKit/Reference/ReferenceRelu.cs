namespace Nin.TestKit;

/// <summary><c>max(x, 0)</c>; NaN stays NaN.</summary>
public static class ReferenceRelu
{
    /// <summary>y; exact.</summary>
    public static Oracle Forward(double[] x) => Oracle.Exact(Array.ConvertAll(x, v => v <= 0 ? 0 : v));

    /// <summary>dx: dy where the output is above 0, else 0 (also at 0, as in PyTorch); exact.</summary>
    public static Oracle Backward(double[] y, double[] dy) => Oracle.Exact([.. y.Zip(dy, (v, d) => v <= 0 ? 0 : d)]);
}
