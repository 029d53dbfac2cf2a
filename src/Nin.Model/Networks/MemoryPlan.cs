using System.ComponentModel;

namespace Nin;

/// <summary>
/// How much memory a network's sessions take, as the generator planned it, in float32 elements. A slot grows with the batch or does not;
/// those that do stand after those that do not, so that everything is linear in the batch.
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

    static int Checked(int batch) => batch >= 1
        ? batch
        : throw new ArgumentOutOfRangeException(nameof(batch), batch, "A batch has at least 1 example.");
}

/// <summary>A session's memory while one batch runs through it. Offsets come from the plan: they are per example and grow with the batch.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Arena
{
    readonly DeviceView memory;
    readonly long fixedLength;
    readonly int batch;

    internal Arena(DeviceView memory, long fixedLength, int batch)
    {
        this.memory = memory;
        this.fixedLength = fixedLength;
        this.batch = batch;
    }

    /// <summary>A tensor of the batch.</summary>
    /// <param name="offset">Where it starts, in elements an example.</param>
    /// <param name="length">Elements an example.</param>
    public DeviceView Slot(long offset, long length) => memory.Slice(checked(fixedLength + offset * batch), checked(length * batch));

    /// <summary>A tensor that does not grow with the batch.</summary>
    public DeviceView Fixed(long offset, long length) => memory.Slice(offset, length);
}
