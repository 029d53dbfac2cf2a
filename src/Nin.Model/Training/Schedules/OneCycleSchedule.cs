namespace Nin.Training;

/// <summary>
/// Straight up from 0 to the peak in the first quarter of all steps, then straight down to 0 (Smith and Topin 2019, arXiv 1708.07120, in its
/// form of two straight lines).
/// </summary>
public sealed record OneCycleSchedule : LearningRateSchedule
{
    const double Peak = 0.25;

    private protected override double Share(double progress) => progress < Peak ? progress / Peak : (1 - progress) / (1 - Peak);
}
