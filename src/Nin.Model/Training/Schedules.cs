using System.Globalization;

namespace Nin.Training;

/// <summary>
/// How the learning rate moves over a run, as a share of its peak. Schedules can be written outside the library; a record with its numbers as
/// properties names itself with them (<see cref="object.ToString"/>).
/// </summary>
public abstract record LearningRateSchedule
{
    /// <summary>
    /// All that decides its shares, in some words: a checkpoint keeps them beside the type's name, and a run does not resume with others. Unless
    /// overridden it is what the record prints, with numbers as C# writes them; a schedule with settings that are not properties overrides it.
    /// </summary>
    public virtual string Describe()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            return ToString();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    /// <summary>The share of the peak learning rate, 0 to 1, for a step.</summary>
    /// <param name="step">Steps done before it, 0 to <paramref name="totalSteps"/>.</param>
    /// <param name="totalSteps">Steps of the whole run.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is outside the run, or the run has none.</exception>
    public double At(long step, long totalSteps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(totalSteps, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, totalSteps);
        return Share(step, totalSteps);
    }

    /// <summary>This schedule, whose first steps are scaled by a straight line from nothing to all of it.</summary>
    /// <param name="steps">Steps of the rise, 1 or more: the first is at 1 / <paramref name="steps"/>, the last at all of it.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step.</exception>
    public LearningRateSchedule WithWarmup(long steps) => new WarmupSchedule(this, steps);

    /// <summary>This schedule, whose first epochs are scaled by a straight line from nothing to all of it.</summary>
    /// <param name="epochs">Epochs of the rise, above 0; parts of one count too.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch: the images over the batch size, rounded up.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LearningRateSchedule WithWarmup(double epochs, int stepsPerEpoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stepsPerEpoch, 1);
        if (!(epochs > 0) || !double.IsFinite(epochs)) throw new ArgumentOutOfRangeException(nameof(epochs), epochs, "A warm-up must last more than 0 epochs.");
        return WithWarmup(Math.Max(1, (long)Math.Round(epochs * stepsPerEpoch)));
    }

    /// <summary>The share of <see cref="At"/>, whose arguments are checked; it allocates nothing.</summary>
    /// <param name="step">Steps done, 0 to <paramref name="totalSteps"/>.</param>
    /// <param name="totalSteps">Steps of the whole run, 1 or more.</param>
    protected abstract double Share(long step, long totalSteps);
}

/// <summary>The peak all the time.</summary>
public sealed record ConstantSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    protected override double Share(long step, long totalSteps) => 1;
}

/// <summary>Parts of equal length, each at a fixed share of the one before.</summary>
public sealed record StepSchedule : LearningRateSchedule
{
    /// <param name="parts">Parts of the run, 1 or more.</param>
    /// <param name="factor">Share of the part before, above 0 and at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public StepSchedule(int parts = 3, double factor = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        if (!(factor is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor must be above 0 and at most 1.");
        Parts = parts;
        Factor = factor;
    }

    /// <summary>Parts of the run.</summary>
    public int Parts { get; }

    /// <summary>Share of the part before.</summary>
    public double Factor { get; }

    /// <inheritdoc/>
    protected override double Share(long step, long totalSteps) =>
        Math.Pow(Factor, Math.Min(Math.Floor((double)step / totalSteps * Parts), Parts - 1));
}

/// <summary>Half a cosine, from the peak to 0 (Loshchilov and Hutter 2017, arXiv 1608.03983, without restarts).</summary>
public sealed record CosineSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    protected override double Share(long step, long totalSteps) => (1 + Math.Cos(Math.PI * ((double)step / totalSteps))) / 2;
}

/// <summary>
/// Straight up from 0 to the peak in the first quarter of all steps, then straight down to 0 (Smith and Topin 2019, arXiv 1708.07120, in its
/// form of two straight lines).
/// </summary>
public sealed record OneCycleSchedule : LearningRateSchedule
{
    const double Peak = 0.25;

    /// <inheritdoc/>
    protected override double Share(long step, long totalSteps)
    {
        double progress = (double)step / totalSteps;
        return progress < Peak ? progress / Peak : (1 - progress) / (1 - Peak);
    }
}

/// <summary>Another schedule, whose first steps are scaled by a straight line (Goyal et al. 2017, arXiv 1706.02677, section 2.2).</summary>
public sealed record WarmupSchedule : LearningRateSchedule
{
    /// <param name="schedule">What it leads to.</param>
    /// <param name="steps">Steps of the rise, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step.</exception>
    public WarmupSchedule(LearningRateSchedule schedule, long steps)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Schedule = schedule;
        Steps = steps;
    }

    /// <summary>What it leads to.</summary>
    public LearningRateSchedule Schedule { get; }

    /// <summary>Steps of the rise.</summary>
    public long Steps { get; }

    /// <inheritdoc/>
    public override string Describe() => FormattableString.Invariant($"Steps = {Steps}, Schedule = {Schedule.GetType().FullName} {Schedule.Describe()}");

    /// <inheritdoc/>
    protected override double Share(long step, long totalSteps) => Schedule.At(step, totalSteps) * Math.Min(1, (step + 1.0) / Steps);
}
