using System.ComponentModel;

namespace Nin;

/// <summary>
/// How much memory a network's sessions take, as the generator planned it, in float32 elements. A slot grows with the batch or does not;
/// those that do come after those that do not, so that everything is linear in the batch.
/// </summary>
/// <param name="TrainingPerExample">Activations, what gradients need, and gradients of activations of one example.</param>
/// <param name="TrainingFixed">What training keeps whatever the batch: statistics of normalisations.</param>
/// <param name="InferencePerExample">Activations of one example without training.</param>
/// <param name="OutputGradient">Where the gradient of the output is, within the part that grows with the batch.</param>
/// <param name="Loss">Where labels, losses and hits are, within the part that grows with the batch.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record MemoryPlan(long TrainingPerExample, long TrainingFixed, long InferencePerExample, long OutputGradient, long Loss)
{
    /// <summary>Elements of a session's memory for training and inference with <paramref name="batch"/> examples.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The batch is empty.</exception>
    public long Length(int batch) => Math.Max(TrainingFixed + TrainingPerExample * Checked(batch), InferencePerExample * batch);

    /// <summary>Elements of a session's memory for inference alone.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The batch is empty.</exception>
    public long InferenceLength(int batch) => InferencePerExample * Checked(batch);

    /// <summary>The steps, in the order in which they run; empty where none can be left out.</summary>
    public IReadOnlyList<PlannedStep> Steps { get; init; } = [];

    /// <summary>The slots of a training pass.</summary>
    public IReadOnlyList<PlannedSlot> Slots { get; init; } = [];

    internal static int Checked(int batch) => batch >= 1
        ? batch
        : throw new ArgumentOutOfRangeException(nameof(batch), batch, "A batch must have 1 example or more.");
}

/// <summary>A step as the plan has it.</summary>
/// <param name="Training">Where its value is in a training pass, in elements per example; -1 where it is the network's input.</param>
/// <param name="Inference">Where it is in inference.</param>
/// <param name="Length">Elements per example.</param>
/// <param name="Inputs">The steps whose values it reads; -1 for the network's input.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record PlannedStep(long Training, long Inference, long Length, params IReadOnlyList<int> Inputs)
{
    /// <summary>Whether its value in training may be another one than in inference, although it learns nothing: dropout.</summary>
    public bool DiffersInTraining { get; init; }

    /// <summary>
    /// Whether it computes the value of its last input again, from what that step keeps in training: no pass begins to train after that step and before this
    /// one is done, since that step would run as in inference and keep nothing.
    /// </summary>
    public bool ComputesInput { get; init; }
}

/// <summary>Memory of a training pass.</summary>
/// <param name="Offset">Where it starts, in elements per example.</param>
/// <param name="Length">Elements per example.</param>
/// <param name="LastStart">The last step with which a pass may begin to train and still use it.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct PlannedSlot(long Offset, long Length, int LastStart);
