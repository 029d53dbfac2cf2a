namespace Nin.Training;

/// <summary>How the learning rate moves over a run, as a share of its peak.</summary>
public abstract record LearningRateSchedule
{
    /// <summary>The share of the peak learning rate, 0 to 1, for a step.</summary>
    /// <param name="step">Steps done before it, 0 to <paramref name="totalSteps"/>.</param>
    /// <param name="totalSteps">Steps of the whole run.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is outside the run, or the run has none.</exception>
    public double At(long step, long totalSteps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(totalSteps, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, totalSteps);
        return Share((double)step / totalSteps);
    }

    /// <summary>The share at a point of the run.</summary>
    /// <param name="progress">0 at its start, 1 at its end.</param>
    private protected abstract double Share(double progress);
}
