namespace Nin.Training;

/// <summary>Half a cosine, from the peak to 0 (Loshchilov and Hutter 2017, arXiv 1608.03983, without restarts).</summary>
public sealed record CosineSchedule : LearningRateSchedule
{
    private protected override double Share(double progress) => (1 + Math.Cos(Math.PI * progress)) / 2;
}
