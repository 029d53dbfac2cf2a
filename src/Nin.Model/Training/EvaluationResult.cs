namespace Nin.Training;

/// <summary>What a network says about a data set.</summary>
/// <param name="Examples">Examples.</param>
/// <param name="Loss">Mean cross entropy, computed in double precision.</param>
/// <param name="Accuracy">Share of the examples whose largest logit is the right one.</param>
/// <param name="Confusion"><c>[actual class, predicted class]</c>, counts.</param>
/// <param name="Classes">Precision and recall of each class.</param>
/// <param name="DeadClasses">
/// Classes whose logit is one and the same number for every example (0 behind a ReLU that died): the network can no longer tell them, and
/// behind a ReLU never learns to again. A class that is merely never predicted is not among them. Two examples or more are needed to tell.
/// </param>
public sealed record EvaluationResult(
    int Examples, double Loss, double Accuracy, int[,] Confusion, IReadOnlyList<ClassMetrics> Classes, int DeadClasses);
