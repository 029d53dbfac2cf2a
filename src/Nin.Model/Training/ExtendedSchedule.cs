namespace Nin.Training;

/// <summary>
/// The schedule of a run whose number of epochs was changed on the way: until each change, that of the total from before it. To a checkpoint it is the
/// schedule that it extends, so a run goes on with it from any, also from one before a change (where later ones are damaged), to the same bits.
/// </summary>
/// <param name="Schedule">How the rate moves over a run of one length.</param>
/// <param name="Extensions">The changes, first to last.</param>
public sealed record ExtendedSchedule(LearningRateSchedule Schedule, IReadOnlyList<ScheduleExtension> Extensions) : LearningRateSchedule
{
    /// <inheritdoc/>
    public override string Describe() => Schedule.Describe();

    // An index, not a query: it is asked before every step and allocates nothing.
    /// <inheritdoc/>
    protected override double Share(long step, long totalSteps)
    {
        for (int i = 0; i < Extensions.Count; i++)
        {
            if (step < Extensions[i].Step) return Schedule.At(step, Extensions[i].TotalBefore);
        }

        return Schedule.At(step, totalSteps);
    }
}

/// <summary>A change of a run's length.</summary>
/// <param name="Step">Steps that were done.</param>
/// <param name="TotalBefore">Steps that the whole run had until then.</param>
public readonly record struct ScheduleExtension(long Step, long TotalBefore);
