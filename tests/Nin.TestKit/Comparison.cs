using System.Globalization;

namespace Nin.TestKit;

/// <summary>Compares float32 results with the oracle.</summary>
public static class Comparison
{
    /// <summary>
    /// Passes if every element lies within <see cref="Oracle.Bound"/> (plus <paramref name="floor"/>) of the oracle. NaN agrees
    /// with NaN only, an infinity with the same infinity only; a want beyond float's range counts as an infinity.
    /// </summary>
    /// <param name="got">The result, in the oracle's memory order.</param>
    /// <param name="want">The oracle.</param>
    /// <param name="what">A name for the message.</param>
    /// <param name="floor">An absolute error that is allowed beside the bound; 0 unless the op's definition needs one.</param>
    /// <exception cref="InvalidOperationException">They disagree. The message holds index, both values and the bound of the worst.</exception>
    public static void Agree(ReadOnlySpan<float> got, Oracle want, string what = "result", double floor = 0)
    {
        ArgumentNullException.ThrowIfNull(want);
        if (got.Length != want.Value.Length)
        {
            throw new InvalidOperationException($"{what}: {got.Length} elements, but the oracle has {want.Value.Length}.");
        }

        int worst = -1, violations = 0;
        double worstExcess = 0;
        for (int i = 0; i < got.Length; i++)
        {
            double excess = Excess(got[i], want.Value[i], want.Bound(i) + floor);
            violations += excess > 1 ? 1 : 0;
            if (excess > 1 && excess > worstExcess)
            {
                (worst, worstExcess) = (i, excess);
            }
        }

        if (worst >= 0)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"{what}[{worst}]: got {got[worst]:G9}, want {want.Value[worst]:G17}, bound {want.Bound(worst) + floor:G4}; ") +
                $"the worst of {violations} among {got.Length} elements.");
        }
    }

    /// <summary>The error as a multiple of the bound; infinite where no bound could cover it.</summary>
    static double Excess(float got, double want, double bound)
    {
        if (!float.IsFinite(got) || !float.IsFinite((float)want))
        {
            return got.Equals((float)want) ? 0 : double.PositiveInfinity;
        }

        double error = Math.Abs(got - want);
        return error == 0 ? 0 : error / bound;
    }
}
