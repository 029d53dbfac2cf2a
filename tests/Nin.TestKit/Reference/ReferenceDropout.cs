namespace Nin.TestKit;

/// <summary>
/// Dropout under a given mask (Srivastava et al. 2014; PyTorch, Dropout.cpp): <c>y = x mask / (1 - p)</c>, and 0 throughout for p = 1.
/// </summary>
public static class ReferenceDropout
{
    /// <summary>y. Chain: the scale and the product.</summary>
    /// <param name="x">The input.</param>
    /// <param name="keep">True where an element is kept.</param>
    /// <param name="p">The probability with which elements are dropped.</param>
    public static Oracle Forward(double[] x, bool[] keep, double p) =>
        Oracle.Rounded([.. x.Zip(keep, (v, kept) => kept && p < 1 ? v / (1 - p) : 0)], 2);

    /// <summary>dx, the same map of dy.</summary>
    public static Oracle Backward(double[] dy, bool[] keep, double p) => Forward(dy, keep, p);
}
