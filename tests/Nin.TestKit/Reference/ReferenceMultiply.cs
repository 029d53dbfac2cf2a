namespace Nin.TestKit;

/// <summary>
/// The product of branches <c>[n, c, h, w]</c> of one shape, of which some may be gates <c>[n, c, 1, 1]</c>, which are the shorter ones.
/// </summary>
public static class ReferenceMultiply
{
    /// <summary>y. Chain: a rounding for each product.</summary>
    public static Oracle Forward(params double[][] branches) => Product(branches, branches.Max(b => b.Length));

    /// <summary>The gradient of one branch: dy times the others, summed over the pixels for a gate.</summary>
    public static Oracle Backward(double[] dy, int branch, params double[][] branches)
    {
        Oracle product = Product([dy, .. branches.Where((_, i) => i != branch)], dy.Length);
        int length = branches[branch].Length, pixels = dy.Length / length;
        return new(Sum(product.Value), () => Sum(product.Magnitude), product.Chain + pixels);

        double[] Sum(double[] values) => [.. Enumerable.Range(0, length).Select(i => values.Skip(i * pixels).Take(pixels).Sum())];
    }

    static Oracle Product(double[][] factors, int length) => Oracle.Rounded(
        [.. Enumerable.Range(0, length).Select(i => factors.Aggregate(1.0, (product, f) => product * f[i / (length / f.Length)]))], factors.Length);
}
