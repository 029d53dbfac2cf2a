namespace Nin.Training;

/// <summary>Where training stands after a step, and after the test at an epoch's end.</summary>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="Epochs">Epochs of the run.</param>
/// <param name="Batch">Steps of this epoch that are done.</param>
/// <param name="Batches">Steps of an epoch.</param>
/// <param name="Loss">Mean loss of this epoch so far.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="Completed">What the epoch brought, once it is tested and before its checkpoint is written; null after a step.</param>
/// <param name="Test">The test behind <paramref name="Completed"/>, class by class.</param>
public readonly record struct TrainingProgress(
    int Epoch, int Epochs, int Batch, int Batches, double Loss, double LearningRate, EpochMetrics? Completed = null,
    EvaluationResult? Test = null);
