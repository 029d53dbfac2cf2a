namespace Nin.Training;

/// <summary>Parts of equal length, each at a fixed share of the one before.</summary>
public sealed record StepSchedule : LearningRateSchedule
{
    /// <param name="parts">Parts of the run, 1 or more.</param>
    /// <param name="factor">Share of the part before, above 0 and at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public StepSchedule(int parts = 3, double factor = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        if (!(factor is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor is above 0 and at most 1.");
        Parts = parts;
        Factor = factor;
    }

    /// <summary>Parts of the run.</summary>
    public int Parts { get; }

    /// <summary>Share of the part before.</summary>
    public double Factor { get; }

    private protected override double Share(double progress) => Math.Pow(Factor, Math.Min(Math.Floor(progress * Parts), Parts - 1));
}
