using Microsoft.Extensions.Logging;

namespace Nin.Training;

/// <summary>What a run tells <see cref="TrainerOptions.Logger"/>: each line with named values, so that a host's log can be searched by them.</summary>
static partial class TrainingLog
{
    [LoggerMessage(1, LogLevel.Information, "Training {Network} on {Device}: {Images} images, {Epochs} epochs of {Steps} steps, {Parameters} parameters")]
    public static partial void Begins(this ILogger logger, string network, string device, int images, int epochs, int steps, long parameters);

    [LoggerMessage(2, LogLevel.Information, "Resuming after {Epochs} epochs and {Steps} steps, from the checkpoint in {Folder}")]
    public static partial void Resumes(this ILogger logger, int epochs, int steps, string folder);

    [LoggerMessage(3, LogLevel.Warning, "A damaged checkpoint was skipped: {Reason}")]
    public static partial void PassesOver(this ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Information,
        "Epoch {Epoch}/{Epochs}: loss {Loss:F4}, training accuracy {TrainAccuracy:F4}, validation {ValidationAccuracy:F4}, test {TestAccuracy:F4}, {ExamplesPerSecond:F0} examples/s")]
    public static partial void Ends(
        this ILogger logger, int epoch, int epochs, double loss, double trainAccuracy, double? validationAccuracy, double testAccuracy, double examplesPerSecond);

    [LoggerMessage(5, LogLevel.Warning, "Epoch {Epoch}: {DeadClasses} classes have one and the same logit for every image, and can no longer be told apart")]
    public static partial void HasDeadClasses(this ILogger logger, int epoch, int deadClasses);

    [LoggerMessage(6, LogLevel.Information, "Stopped after epoch {Epoch}: the {Patience} last were no better than the best")]
    public static partial void StopsEarly(this ILogger logger, int epoch, int patience);

    [LoggerMessage(7, LogLevel.Information, "Cancelled in epoch {Epoch}, after {Steps} of its steps")]
    public static partial void IsCancelled(this ILogger logger, int epoch, int steps);

    [LoggerMessage(8, LogLevel.Debug, "Checkpoint after {Epochs} epochs and {Steps} steps in {Folder}")]
    public static partial void Keeps(this ILogger logger, int epochs, int steps, string folder);

    [LoggerMessage(9, LogLevel.Error, "Training has diverged")]
    public static partial void Diverges(this ILogger logger, DivergedException exception);
}
