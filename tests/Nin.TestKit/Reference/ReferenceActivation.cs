namespace Nin.TestKit;

/// <summary>An activation in double precision, as PyTorch defines it, and how far float32 may be from it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">y of x.</param>
/// <param name="Derivative">dy/dx of x.</param>
/// <param name="Roundings">
/// Errors of half a unit in the last place that a value may collect, each relative to <see cref="Size"/>: one an operation and four for a
/// function that is good to two units.
/// </param>
/// <param name="GradientRoundings">The same of a gradient, relative to <see cref="Slope"/>.</param>
public sealed record ReferenceActivation(
    string Name, Func<double, double> Value, Func<double, double> Derivative, int Roundings, int GradientRoundings)
{
    /// <summary>Of what size the terms of a value are where they cancel; the value's own by default.</summary>
    public Func<double, double>? Size { get; init; }

    /// <summary>Of what size the terms of a derivative are where they cancel; the derivative's own by default.</summary>
    public Func<double, double>? Slope { get; init; }

    /// <summary>Where the derivative jumps: central differences stay away.</summary>
    public double[] Kinks { get; init; } = [];

    /// <summary>The derivative by way of the output, for an activation whose gradient reads that; null where it reads the input.</summary>
    public Func<double, double>? DerivativeOfOutput { get; init; }

    /// <summary>The library's own; slope 0.1 of a leaky ReLU, alpha 0.7 of an ELU, -0.6 to 1.7 of a hard hyperbolic tangent.</summary>
    public static IReadOnlyList<ReferenceActivation> All { get; } =
    [
        new("Relu", x => x <= 0 ? 0 : x, x => x > 0 ? 1 : 0, 0, 0) { Kinks = [0], DerivativeOfOutput = y => y > 0 ? 1 : 0 },
        new("LeakyRelu", x => x > 0 ? x : (double)0.1f * x, x => x > 0 ? 1 : 0.1f, 1, 1)
        {
            Kinks = [0], DerivativeOfOutput = y => y > 0 ? 1 : 0.1f,
        },
        // Hyperbolic tangent (4) in the numerator and in the denominator, which is at least 1, the difference, the quotient and the product.
        new("Elu", x => x > 0 ? x : (double)0.7f * Expm1(x), x => x > 0 ? 1 : (double)0.7f * Math.Exp(x), 11, 6) { Kinks = [0] },
        new("Relu6", x => x <= 0 ? 0 : x >= 6 ? 6 : x, x => x is > 0 and < 6 ? 1 : 0, 0, 0)
        {
            Kinks = [0, 6], DerivativeOfOutput = y => y is > 0 and < 6 ? 1 : 0,
        },
        new("HardTanh", x => Math.Clamp(x, -0.6f, 1.7f), x => x > -0.6f && x < 1.7f ? 1 : 0, 0, 0)
        {
            Kinks = [-0.6f, 1.7f], DerivativeOfOutput = y => y > -0.6f && y < 1.7f ? 1 : 0,
        },
        // The exponential (4) in the numerator and in the sum, the sum, the quotient.
        new("Sigmoid", Sigmoid, x => Sigmoid(x) * Sigmoid(-x), 10, 3) { DerivativeOfOutput = y => y * (1 - y) },
        new("Tanh", Math.Tanh, x => 1 / (Math.Cosh(x) * Math.Cosh(x)), 4, 4) { DerivativeOfOutput = y => (1 - y) * (1 + y) },
        // The logistic function (10) and the product; twice that function and four operations.
        new("Silu", x => x < -1e3 ? 0 : x * Sigmoid(x), x => Math.Abs(x) > 1e3 ? Sigmoid(x) : Sigmoid(x) * (1 + x * Sigmoid(-x)), 11, 24)
        {
            Slope = x => Math.Abs(x) > 1e3 ? Sigmoid(x) : Sigmoid(x) * (1 + Math.Abs(x) * Sigmoid(-x)),
        },
        // The error function (4), its argument (1), the sum and two products; that, and an exponential (4) whose argument has roundings of x^2 / 2 (2).
        new("Gelu", x => x < -1e3 ? 0 : x * Normal(x), x => Normal(x) + (Math.Abs(x) > 1e3 ? 0 : x * Density(x)), 8, 16)
        {
            Size = x => Math.Abs(x) * (1 + Math.Abs(Erf(x / Math.Sqrt(2)))) / 2,
            Slope = x => (1 + Math.Abs(Erf(x / Math.Sqrt(2)))) / 2 + (Math.Abs(x) > 1e3 ? 0 : Math.Abs(x) * Density(x) * (1 + x * x)),
        },
        new("HardSwish", x => x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6, x => x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5, 4, 4)
        {
            Kinks = [-3, 3], Size = x => x <= -3 ? 0 : x >= 3 ? x : Math.Abs(x) * (Math.Abs(x) + 3) / 6,
            Slope = x => x <= -3 ? 0 : x >= 3 ? 1 : Math.Abs(x) / 3 + 0.5,
        },
        new("HardSigmoid", x => x <= -3 ? 0 : x >= 3 ? 1 : (x + 3) / 6, x => x is > -3 and < 3 ? 1.0 / 6 : 0, 2, 2)
        {
            Kinks = [-3, 3], Size = x => x <= -3 ? 0 : x >= 3 ? 1 : (Math.Abs(x) + 3) / 6,
            DerivativeOfOutput = y => y is > 0 and < 1 ? 1.0 / 6 : 0,
        },
    ];

    /// <summary>y.</summary>
    public Oracle Forward(double[] x) =>
        new(Array.ConvertAll(x, v => Value(v)), () => Array.ConvertAll(x, v => Math.Abs((Size ?? Value)(v))), Roundings);

    /// <summary>dx, of what the forward pass saved: its output where <see cref="DerivativeOfOutput"/> is given, else its input.</summary>
    public Oracle Backward(double[] saved, double[] dy)
    {
        var derivative = DerivativeOfOutput ?? Derivative;
        var size = DerivativeOfOutput ?? Slope ?? Derivative;
        return new(
            [.. saved.Zip(dy, (s, d) => d * derivative(s))], () => [.. saved.Zip(dy, (s, d) => Math.Abs(d * size(s)))], GradientRoundings);
    }

    /// <summary><c>2 / √π e^(-x²) Σ 2^n x^(2n+1) / (2n+1)!!</c>, whose terms all have one sign; 1 from 6 on to the last digit.</summary>
    public static double Erf(double x)
    {
        if (Math.Abs(x) > 6) return Math.Sign(x);
        double sum = 0, term = x;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            sum += term;
            term *= 2 * x * x / (2 * n + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    // The difference cancels near 0, the first terms of the series do not.
    static double Expm1(double x) => Math.Abs(x) < 1e-4 ? x * (1 + x / 2 * (1 + x / 3)) : Math.Exp(x) - 1;

    static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    static double Normal(double x) => (1 + Erf(x / Math.Sqrt(2))) / 2;

    static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
}
