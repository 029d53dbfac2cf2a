using Nin.Data;

namespace Nin.Training;

/// <summary>Tests networks on labelled images.</summary>
public static class Evaluation
{
    /// <summary>Runs inference over a whole data set. Images are resized to the network's input.</summary>
    /// <param name="network">What to test.</param>
    /// <param name="data">Images and the classes that are right.</param>
    /// <param name="normalization">As in training; null for pixels from 0 to 1.</param>
    /// <param name="batchSize">Images at a time; the result does not depend on it.</param>
    /// <param name="loss">What <see cref="EvaluationResult.Loss"/> is the mean of, as in training; null for cross entropy.</param>
    /// <param name="metrics">Numbers to take beside loss and accuracy.</param>
    /// <param name="mirrored">
    /// Whether each image is also tried as its mirror image, in twice the time, and the logits are the mean of both: a little more accurate where training also mirrored images, and less where it did not.
    /// </param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">The images do not fit the network, or the batch size is below 1.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    public static EvaluationResult Run(
        INetwork network, ImageDataset data, Normalization? normalization = null, int batchSize = 256, Loss? loss = null,
        IReadOnlyList<Metric>? metrics = null, bool mirrored = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        InputData.Check(network, data);
        using var session = network.CreateSession(Math.Min(batchSize, data.Count));
        using var evaluator = new Evaluator(network, session, data, normalization, batchSize, loss, metrics, mirrored: mirrored);
        return evaluator.Run(cancellation);
    }
}
