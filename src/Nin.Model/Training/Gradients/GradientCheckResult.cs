using System.Globalization;

namespace Nin.Training;

/// <summary>How <see cref="GradientCheck"/> checks.</summary>
public sealed record GradientCheckOptions
{
    /// <summary>Examples, 1 or more.</summary>
    public int Batch { get; init; } = 2;

    /// <summary>Random directions for each input and parameter, 1 or more.</summary>
    public int Directions { get; init; } = 3;

    /// <summary>Keys inputs, labels and directions.</summary>
    public int Seed { get; init; }

    /// <summary>Standard deviation of the random inputs, above 0; 1 suits what is normalised.</summary>
    public double InputScale { get; init; } = 1;

    internal GradientCheckOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Directions, 1);
        if (!(InputScale > 0) || !double.IsFinite(InputScale))
            throw new ArgumentOutOfRangeException(nameof(InputScale), InputScale, "The scale of the inputs must be a finite number above 0.");
        return this;
    }
}

/// <summary>What <see cref="GradientCheck"/> found: the worst of all directions.</summary>
/// <param name="Variable">The parameter or input along which the direction lay.</param>
/// <param name="Direction">Which of its directions, from 0.</param>
/// <param name="Analytic">The slope by the gradient that the library computed.</param>
/// <param name="Numeric">The slope by the central difference.</param>
/// <param name="LargestRelativeError">How far they are apart, as a share of the slope's size.</param>
/// <param name="Tolerance">The share that rounding and curvature explain, as the differences at two step sizes showed.</param>
/// <param name="StepSize">The step of the difference, as a share of the variable's size.</param>
/// <param name="Comparisons">Directions that were compared, all variables together.</param>
/// <param name="Problem">What is wrong, in one line; null where the gradient is right.</param>
public sealed record GradientCheckResult(
    string Variable, int Direction, double Analytic, double Numeric, double LargestRelativeError, double Tolerance, double StepSize,
    int Comparisons, string? Problem)
{
    /// <summary>Whether the gradient is right along all directions.</summary>
    public bool IsRight => Problem is null;

    /// <summary>Returns the result, if the gradient is right.</summary>
    /// <exception cref="InvalidOperationException">It is wrong; the message names where, and both values.</exception>
    public GradientCheckResult ThrowIfWrong() => Problem is null ? this : throw new InvalidOperationException(Problem);

    /// <inheritdoc/>
    public override string ToString() => Problem ?? string.Create(
        CultureInfo.InvariantCulture,
        $"right along {Comparisons} directions; the largest relative error is {LargestRelativeError:G2}, at {Variable}");
}
