using System.Globalization;

namespace Nin.Training;

/// <summary>Something that a function depends on: an input or a parameter.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Values">Its current values; not changed.</param>
/// <param name="Write">Puts it elsewhere.</param>
sealed record GradientVariable(string Name, float[] Values, Action<float[]> Write);

/// <summary>What a backward pass says of a function.</summary>
/// <param name="Gradients">One per variable, in its order.</param>
/// <param name="Spread">
/// The size of the function's rounding error in units of one rounding: its terms are off by independent roundings, so the root of the sum of their squares.
/// </param>
readonly record struct FunctionGradient(float[][] Gradients, double Spread)
{
    /// <summary>Of a function of some outputs: the terms are the outputs times the function's slope along each.</summary>
    public static double SpreadOf(ReadOnlySpan<float> outputs, ReadOnlySpan<float> slopes)
    {
        double sum = 0;
        for (int i = 0; i < outputs.Length; i++) sum += Math.Pow((double)outputs[i] * slopes[i], 2);
        return Math.Sqrt(sum);
    }
}

/// <summary>Compares gradients with central differences along random directions, for functions computed in float32.</summary>
/// <remarks>
/// Along a direction v the error is <c>e(h) = (f(x + h v) - f(x - h v)) / 2h - g v</c>. A wrong gradient leaves the same error at every h. A right one leaves
/// curvature, which falls with h^2, kinks that were crossed, which fall with h, and rounding, which grows as 1/h. So e is taken at steps that shrink by four,
/// and two neighbours say how far it has settled: <c>|e(h)| &lt;= 3 |e(4h) - e(h)| + rounding / h</c> holds for both kinds of fall. A step at which that bound
/// is no sharper than <see cref="Sharpness"/> decides nothing, and the next one is tried. The displacement is taken as float32 made it, not as it was meant.
/// <para>
/// A kink nearer than the smallest step looks like a wrong gradient, and among a thousand units of a ReLU there is one now and then. So what fails is tried
/// again from points nearby, where other units are near their kinks; a wrong gradient is wrong at all of them. Where kinks are so many that the differences
/// settle nowhere, as in a deep network, the points are taken together: kinks are off by chance, a wrong gradient always in one way.
/// </para>
/// </remarks>
sealed class CentralDifferences(Func<double> value, Func<FunctionGradient> backward, GradientCheckOptions options, bool isNetwork = false)
{
    /// <summary>Shares of a variable's own size.</summary>
    static readonly double[] Steps = [1 / 16.0, 1 / 64.0, 1 / 256.0, 1 / 1024.0, 1 / 4096.0, 1 / 16384.0];

    /// <summary>The bound that a decision needs, as a share of the slope: errors that are larger are always found.</summary>
    const double Sharpness = 0.02;

    /// <summary>The same for the mean over all points.</summary>
    const double SharpnessOfMean = 0.05;

    /// <summary>Roundings on the way to an output, as independent ones add up. More of them only leave the decision to larger steps.</summary>
    const double Roundings = 8;

    const double UnitRoundoff = 1.0 / (1 << 24);

    /// <summary>Points that are tried before a gradient is called wrong.</summary>
    const int Points = 8;

    /// <summary>How far apart the points are, as a share of the variable's size.</summary>
    const double Apart = 0.25;

    /// <summary>
    /// A slope below this share of the function's spread counts as small: its errors are measured against the share, which is larger for a network,
    /// whose thousands of kinks hide small slopes.
    /// </summary>
    readonly double small = isNetwork ? 0.2 : 0.05;

    public GradientCheckResult Run(IReadOnlyList<GradientVariable> variables)
    {
        if (variables.Count == 0)
            throw new ArgumentException("There is nothing to check: no parameter requires a gradient, and there is no input.", nameof(variables));
        var here = backward();
        List<GradientCheckResult> results = [];
        for (int i = 0; i < variables.Count; i++)
        {
            for (int direction = 0; direction < options.Directions; direction++)
            {
                // Not HashCode.Combine, which differs from process to process.
                var random = new Random(unchecked((options.Seed * 31 + i) * 31 + direction + 7));
                var outcome = FromPoints(variables[i], i, direction, here, random);
                results.Add(outcome.Result(variables[i].Name, direction));
            }
        }

        return results.MaxBy(r => (!r.IsRight, double.IsNaN(r.LargestRelativeError) ? double.PositiveInfinity : r.LargestRelativeError))!
            with { Comparisons = results.Count };
    }

    /// <summary>A normal random number.</summary>
    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>From where the variable is, then from points nearby until one confirms the gradient, and last from all of them together.</summary>
    Difference FromPoints(GradientVariable variable, int index, int direction, FunctionGradient here, Random random)
    {
        double size = Size(variable.Values);
        double[] Draw(double scale) => [.. variable.Values.Select(_ => scale * Normal(random))];
        double[] toward = Draw(size);
        if (isNetwork || direction == 0) Uphill(toward, here.Gradients[index], random);
        List<Difference[]> points = [Along(variable, here.Gradients[index], here.Spread, toward)];
        while (!points[^1][^1].IsRight && points.Count < Points)
        {
            var moved = variable with { Values = [.. variable.Values.Zip(Draw(Apart * size), (x, d) => (float)(x + d))] };
            moved.Write(moved.Values);
            var there = backward();
            points.Add(Along(moved, there.Gradients[index], there.Spread, toward));
            variable.Write(variable.Values);
        }

        if (points[^1][^1].IsRight) return points[^1][^1];
        var together = Steps.Select((_, i) => Mean([.. points.Select(p => p[i])])).FirstOrDefault(d => d.IsRight);
        return together.IsRight ? together : points[0].MinBy(d => d.Tolerance);
    }

    // Across a slope, a gradient that is too steep looks right; along it, one that is wrong at a few places does. So one direction goes uphill, three
    // elements in four, and the others anywhere. A network has so many kinks that all go uphill.
    static void Uphill(double[] toward, float[] gradient, Random random)
    {
        for (int i = 0; i < toward.Length; i++)
        {
            bool against = random.Next(4) == 0;
            if (gradient[i] * toward[i] < 0 != against) toward[i] = -toward[i];
        }
    }

    /// <summary>What each step says, to the first that confirms the gradient: the last is then right, and else none.</summary>
    Difference[] Along(GradientVariable variable, float[] gradient, double spread, double[] toward)
    {
        List<Difference> steps = [];
        double before = double.NaN;
        foreach (double step in Steps)
        {
            var (numeric, analytic, part) = Slopes(variable, gradient, toward, step);
            double error = numeric - analytic;
            double scale = Math.Max(Math.Max(Math.Abs(numeric), Math.Abs(analytic)), Math.Max(part, small * spread));
            double bound = 3 * Math.Abs(before - error) + Roundings * UnitRoundoff * spread / step;
            // The variable does not matter: both slopes are zero.
            if (scale == 0) bound = 0;
            before = error;
            steps.Add(new(step, numeric, analytic, scale, bound, Sharpness));
            if (steps[^1].IsRight) break;
        }

        return [.. steps];
    }

    static Difference Mean(Difference[] points)
    {
        double error = points.Average(p => p.Error), variance = points.Sum(p => (p.Error - error) * (p.Error - error)) / (points.Length - 1);
        return new(
            points[0].Step, points.Average(p => p.Numeric), points.Average(p => p.Analytic), points.Average(p => p.Scale),
            3 * Math.Sqrt(variance / points.Length), SharpnessOfMean);
    }

    (double Numeric, double Analytic, double Part) Slopes(GradientVariable variable, float[] gradient, double[] toward, double step)
    {
        float[] x = variable.Values;
        var ahead = new float[x.Length];
        var back = new float[x.Length];
        double analytic = 0, squares = 0;
        for (int i = 0; i < x.Length; i++)
        {
            ahead[i] = (float)(x[i] + step * toward[i]);
            back[i] = (float)(x[i] - step * toward[i]);
            double term = gradient[i] * ((double)ahead[i] - back[i]) / (2 * step);
            analytic += term;
            squares += term * term;
        }

        variable.Write(ahead);
        double forth = value();
        variable.Write(back);
        double numeric = (forth - value()) / (2 * step);
        variable.Write(x);
        return (numeric, analytic, Math.Sqrt(squares));
    }

    // A variable at zero, as biases start, moves by what suits normalised values.
    static double Size(float[] values)
    {
        double squares = values.Sum(v => (double)v * v);
        return squares == 0 ? 1 : Math.Sqrt(squares / values.Length);
    }

    /// <summary>Two slopes at one step size.</summary>
    /// <param name="Step">The step.</param>
    /// <param name="Numeric">By the difference.</param>
    /// <param name="Analytic">By the gradient.</param>
    /// <param name="Scale">What errors are shares of.</param>
    /// <param name="Bound">The error that a right gradient may have.</param>
    /// <param name="Sharp">The largest bound, as a share, that decides anything.</param>
    readonly record struct Difference(double Step, double Numeric, double Analytic, double Scale, double Bound, double Sharp)
    {
        public double Error => Numeric - Analytic;

        public double Tolerance => Scale == 0 ? 0 : double.IsNaN(Bound / Scale) ? double.PositiveInfinity : Bound / Scale;

        bool Decides => Tolerance <= Sharp;

        public bool IsRight => Sharp > 0 && Decides && Math.Abs(Error) <= Bound;

        public GradientCheckResult Result(string variable, int direction)
        {
            double relative = Scale == 0 ? 0 : Math.Abs(Error) / Scale;
            return new(variable, direction, Analytic, Numeric, relative, Tolerance, Step, 1, IsRight ? null : Describe(variable, direction, relative));
        }

        string Describe(string variable, int direction, double relative)
        {
            string where = string.Create(
                CultureInfo.InvariantCulture,
                $"{variable}, direction {direction}: the gradient gives the slope {Analytic:G6}, the central difference {Numeric:G6}");
            return Decides
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"The gradient is wrong at {where}: {100 * relative:G3} % apart, of which rounding and curvature explain {100 * Tolerance:G2} %.")
                : $"The gradient could not be confirmed at {where}; the differences do not settle as the step shrinks. Is the function random, not finite, or at a kink " +
                  "there? Try another seed or scale of the inputs.";
        }
    }
}
