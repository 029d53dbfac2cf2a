namespace Nin.Training;

/// <summary>What an epoch brought.</summary>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="Loss">Mean loss over the training images, each measured before its step.</param>
/// <param name="TrainAccuracy">Share of the training images that were right in their step.</param>
/// <param name="TestLoss">Mean loss over the test images, after the epoch.</param>
/// <param name="TestAccuracy">Share of the test images that are right, after the epoch.</param>
/// <param name="ExamplesPerSecond">Training images a second; the test is not in it.</param>
/// <param name="DeadClasses">See <see cref="EvaluationResult.DeadClasses"/>.</param>
public sealed record EpochMetrics(
    int Epoch, double Loss, double TrainAccuracy, double TestLoss, double TestAccuracy, double ExamplesPerSecond, int DeadClasses);
