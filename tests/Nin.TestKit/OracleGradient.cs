namespace Nin.TestKit;

/// <summary>Compares an analytic gradient with central differences in double precision along one random direction.</summary>
public static class OracleGradient
{
    /// <summary>
    /// Passes if <c>(loss(x + h v) - loss(x - h v)) / 2h</c> agrees with <c>gradient . v</c> for a normal random v, to a millionth
    /// of the root of <c>sum (g v)^2</c>, which is what a wrong gradient misses by, plus the differences' own rounding.
    /// </summary>
    /// <param name="loss">A scalar function, smooth within <paramref name="step"/> of <paramref name="x"/>.</param>
    /// <param name="x">The point; not changed.</param>
    /// <param name="gradient">The claimed gradient there.</param>
    /// <param name="seed">Of the direction.</param>
    /// <param name="step">h.</param>
    /// <exception cref="InvalidOperationException">They disagree.</exception>
    public static void Check(Func<double[], double> loss, double[] x, double[] gradient, int seed, double step = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Lengths.Check(gradient, x.Length);
        double[] direction = RandomData.Normal(seed, x.Length).Widen();
        double ahead = loss(Move(x, direction, step)), back = loss(Move(x, direction, -step));
        double numeric = (ahead - back) / (2 * step);
        double analytic = gradient.Zip(direction, (g, v) => g * v).Sum();
        double scale = Math.Sqrt(gradient.Zip(direction, (g, v) => g * v * g * v).Sum());
        double bound = 1e-6 * scale + 1e-14 * (Math.Abs(ahead) + Math.Abs(back) + 1) / step;
        if (!(Math.Abs(numeric - analytic) <= bound))
        {
            throw new InvalidOperationException($"Central difference {numeric:G12}, analytic {analytic:G12}, bound {bound:G4}.");
        }
    }

    /// <summary>The scalar <c>r . y</c>, whose gradient with respect to y is r.</summary>
    public static double Dot(double[] r, double[] y)
    {
        Lengths.Check(y, r.Length);
        return r.Zip(y, (a, b) => a * b).Sum();
    }

    static double[] Move(double[] x, double[] direction, double step) => [.. x.Zip(direction, (a, v) => a + step * v)];
}
