using Nin.Training;

namespace Nin.Runner.Results;

/// <summary>A line of <c>nin train --json</c>; see <see cref="EpochMetrics"/> for its numbers.</summary>
sealed record EpochResult(int Epoch, double Loss, double TrainAccuracy, double TestAccuracy, double ExamplesPerSecond, int DeadClasses)
{
    public static EpochResult Of(EpochMetrics metrics) => new(
        metrics.Epoch, metrics.Loss, metrics.TrainAccuracy, metrics.TestAccuracy, metrics.ExamplesPerSecond, metrics.DeadClasses);
}
