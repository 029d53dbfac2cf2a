using System.ComponentModel;

namespace Nin;

/// <summary>
/// A session's memory while one batch runs through a network or a part of it. Offsets come from the plan: they are per example and grow with the
/// batch.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Arena
{
    readonly DeviceView memory;
    readonly long start;
    readonly int batch;
    readonly TrainedPart? part;
    readonly int firstStep, endStep;
    readonly long reach = long.MaxValue;
    readonly RedirectedSlot redirected;

    Arena(DeviceView memory, long start, int batch, TrainedPart? part, int firstStep, int endStep) =>
        (this.memory, this.start, this.batch, this.part, this.firstStep, this.endStep) = (memory, start, batch, part, firstStep, endStep);

    Arena(DeviceView memory, int batch, int firstStep, int endStep, long reach, in RedirectedSlot redirected)
        : this(memory, 0, batch, part: null, firstStep, endStep) =>
        (this.reach, this.redirected) = (reach, redirected);

    /// <summary>Inference, by the whole network.</summary>
    internal static Arena OfInference(DeviceView memory, int batch) => OfSteps(memory, batch, 0, int.MaxValue);

    /// <summary>Inference of a part of the batch by the steps before <paramref name="end"/>, whose slots end at <paramref name="reach"/>.</summary>
    internal static Arena OfPart(DeviceView memory, int batch, int end, long reach, in RedirectedSlot result) => new(memory, batch, 0, end, reach, result);

    /// <summary>Inference of the batch by the other steps.</summary>
    internal static Arena OfRest(DeviceView memory, int batch, int first, long reach, in RedirectedSlot parts) =>
        new(memory, batch, first, int.MaxValue, reach, parts);

    /// <summary>Inference by some of the steps.</summary>
    internal static Arena OfSteps(DeviceView memory, int batch, int first, int end) => new(memory, 0, batch, part: null, first, end);

    /// <summary>The steps of a training pass that train.</summary>
    internal static Arena OfTraining(DeviceView memory, int batch, TrainedPart part) =>
        new(memory, part.FixedLength, batch, part, part.FirstStep, int.MaxValue);

    /// <summary>The steps before those, which run as in inference.</summary>
    internal static Arena OfFrozen(DeviceView memory, int batch, TrainedPart part) =>
        new(memory, part.FixedLength + part.FrozenStart * batch, batch, part: null, 0, part.FirstStep);

    /// <summary>Whether this pass runs a step: not those of another part of the network.</summary>
    /// <param name="step">Its number in the plan.</param>
    public bool Runs(int step) => step >= firstStep && step < endStep;

    /// <summary>Whether the gradient of a step's value is computed: where a parameter of the step or before it is trained, or the input's is asked for.</summary>
    /// <param name="step">Its number in the plan.</param>
    public bool Needs(int step) => part!.NeedsGradient(step);

    /// <summary>A tensor of the batch; none where this pass does not use it.</summary>
    /// <param name="offset">Where it starts, in elements per example.</param>
    /// <param name="length">Elements per example.</param>
    public DeviceView Slot(long offset, long length)
    {
        if (part is not null) offset = part.Moved(offset, length);
        else if (offset == redirected.Offset && length == redirected.Length) return redirected.View;
        return offset < 0 || offset > reach - length ? default : memory.Slice(checked(start + offset * batch), checked(length * batch));
    }

    /// <summary>The gradient of a step's value; none where it is not computed.</summary>
    /// <inheritdoc cref="Slot"/>
    /// <param name="step">The step's number in the plan.</param>
    /// <param name="offset">Where it starts, in elements per example.</param>
    /// <param name="length">Elements per example.</param>
    public DeviceView Gradient(int step, long offset, long length) => Needs(step) ? Slot(offset, length) : default;

    /// <summary>The same in memory that held another gradient.</summary>
    public DeviceView Gradient(int step, DeviceView memory) => Needs(step) ? memory : default;

    /// <summary>A tensor that does not grow with the batch.</summary>
    public DeviceView Fixed(long offset, long length) => memory.Slice(offset, length);
}
