namespace Nin.TestKit;

/// <summary>x where it is above 0, else <c>slope x</c> (Maas, Hannun and Ng 2013; <c>torch.nn.LeakyReLU</c>).</summary>
public static class ReferenceLeakyRelu
{
    /// <summary>y. Chain: one product.</summary>
    public static Oracle Forward(double[] x, double slope) => Oracle.Rounded(Array.ConvertAll(x, v => v > 0 ? v : slope * v), 1);

    /// <summary>dx: dy where x is above 0, else <c>slope dy</c>. Chain: one product.</summary>
    public static Oracle Backward(double[] x, double[] dy, double slope) =>
        Oracle.Rounded([.. x.Zip(dy, (v, d) => v > 0 ? d : slope * d)], 1);
}
