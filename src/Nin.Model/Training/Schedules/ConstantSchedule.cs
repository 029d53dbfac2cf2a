namespace Nin.Training;

/// <summary>The peak all the time.</summary>
public sealed record ConstantSchedule : LearningRateSchedule
{
    private protected override double Share(double progress) => 1;
}
