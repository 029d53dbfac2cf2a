using System.Diagnostics.CodeAnalysis;

namespace Nin.TestKit;

/// <summary>What an op must give, in double precision, and how far a float32 implementation may be from it.</summary>
/// <remarks>
/// The bound is the worst case for a sum of products in any order (Higham, <i>Accuracy and Stability of Numerical
/// Algorithms</i>, section 3.1): <c>|got - want| &lt;= gamma(k) sum|a||b|</c>, <c>gamma(k) = k u / (1 - k u)</c>,
/// <c>u = 2^-24</c>, with <c>k = Chain + 2</c>: one rounding more for the product and one for a final scale.
/// It is added to an absolute floor of <c>Chain</c> times the smallest normal float, for devices that flush subnormals.
/// Where operands are rounded before they are multiplied, each product is off by a further <c>operandError</c> of its size.
/// A chain of 0 means that the op moves or picks values and must be exact.
/// </remarks>
public sealed class Oracle(double[] value, Func<double[]> magnitude, double chain, double operandError = 0)
{
    /// <summary>Half a unit in the last place of a float near 1.</summary>
    public const double UnitRoundoff = 1.0 / (1 << 24);

    const double SmallestNormal = 1.1754943508222875e-38;

    /// <summary>The result.</summary>
    public double[] Value { get; } = value;

    /// <summary><c>sum|a||b|</c> of every element of the result. Computed when first asked for.</summary>
    public double[] Magnitude => field ??= magnitude();

    /// <summary>The number of terms in the longest accumulation after one element, or the op's documented equivalent.</summary>
    public double Chain { get; } = chain;

    /// <summary>The largest distance from <see cref="Value"/> that rounding explains.</summary>
    public double Bound(int index)
    {
        if (Chain == 0)
        {
            return 0;
        }

        double ku = (Chain + 2) * UnitRoundoff;
        return (ku / (1 - ku) * (1 + operandError) + operandError) * Magnitude[index] + Chain * SmallestNormal;
    }

    /// <summary>A result that is moved or picked, not computed.</summary>
    public static Oracle Exact(double[] value) => new(value, () => Abs(value), 0);

    /// <summary>A result of a few roundings, none of which cancels: the magnitude is the value's own.</summary>
    public static Oracle Rounded(double[] value, int roundings) => new(value, () => Abs(value), roundings);

    /// <summary>The same result after a ReLU, which moves no two numbers further apart: the bounds stay.</summary>
    public Oracle WithRelu() => new(ReferenceRelu.Forward(Value).Value, () => Magnitude, Chain, operandError);

    /// <summary>The same result, computed from operands that were rounded first.</summary>
    /// <param name="error">By how much of its size a product is off.</param>
    /// <param name="sums">Sums that replace one product.</param>
    public Oracle WithOperandError(double error, int sums) => new(Value, () => Magnitude, Chain * sums, error);

    /// <summary>The same result added to the previous content, as gradients are. Chain: one term more.</summary>
    public Oracle AddedTo(double[] before)
    {
        Lengths.Check(before, Value.Length);
        return new(
            [.. Value.Zip(before, (v, b) => v + b)],
            () => [.. Magnitude.Zip(before, (m, b) => m + Math.Abs(b))],
            Chain + 1,
            operandError);
    }

    /// <summary>The same result in another memory order.</summary>
    public Oracle Permuted(Func<double[], double[]> permute) => new(permute(Value), () => permute(Magnitude), Chain, operandError);

    /// <summary>The absolute values of an array; null stays null.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static double[]? Abs(double[]? values) => values is null ? null : Array.ConvertAll(values, Math.Abs);
}
