using Nin.TestKit;

namespace Nin.Kernels.Tests.Conformance;

/// <summary>
/// Compares a linear map and its gradient with each other, without an oracle's value: <c>&lt;y, A x&gt; = &lt;A' y, x&gt;</c>. The oracle
/// gives the bounds only: each side is off by what its elements are, weighted.
/// </summary>
static class Transposed
{
    /// <summary>Passes if both inner products agree.</summary>
    /// <param name="forward">y, the device's A x, and its bounds.</param>
    /// <param name="backward">x, the device's A' y, and its bounds.</param>
    public static void Agree((float[] Y, float[] Ax, Oracle Bounds) forward, (float[] X, float[] Aty, Oracle Bounds) backward)
    {
        (double left, double leftBound) = Inner(forward.Y, forward.Ax, forward.Bounds);
        (double right, double rightBound) = Inner(backward.X, backward.Aty, backward.Bounds);
        Math.Abs(left - right).Should().BeLessThanOrEqualTo(leftBound + rightBound, "<y, A x> = {0} and <A' y, x> = {1}", left, right);
    }

    static (double Value, double Bound) Inner(float[] a, float[] b, Oracle bounds)
    {
        double value = 0, bound = 0;
        for (int i = 0; i < a.Length; i++)
        {
            value += (double)a[i] * b[i];
            // Added to the device's error is that of this sum in double, at most 2^-53 for each of its terms.
            bound += Math.Abs((double)a[i]) * (bounds.Bound(i) + a.Length * Math.Abs((double)b[i]) / (1L << 53));
        }

        return (value, bound);
    }
}
