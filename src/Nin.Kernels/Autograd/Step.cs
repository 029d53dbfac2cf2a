using System.ComponentModel;
using System.Reflection;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// The unit that both composers compose: a function of one input with its gradient. The tape calls steps while the program runs, generated
/// code calls the same ones in a straight line, so both give the same bits; how a step splits or fuses its ops is up to the step.
/// </summary>
/// <remarks>
/// Steps can be written outside the library: derive, declare in <see cref="StepMemoryAttribute"/> what the gradient reads, and compute with
/// <see cref="Pass.Launch{T1, T2}"/> (a kernel of your own) or, on device <c>cpu</c>, with <see cref="Pass.Span"/>. A step holds only what does not change
/// from batch to batch, since several sessions may run it at the same time: what one pass leaves for the next is in <see cref="Saved"/>.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public abstract class Step
{
    private protected Step(Shape input, Shape output, StepMemory memory)
    {
        Input = input;
        Output = output;
        Memory = memory;
    }

    /// <summary>A step whose <see cref="StepMemoryAttribute"/> says what its gradient reads; without one, everything that a pass has.</summary>
    /// <param name="input">Shape of one example that goes in.</param>
    /// <param name="output">Shape of one example that comes out.</param>
    protected Step(Shape input, Shape output)
    {
        Input = input;
        Output = output;
        Memory = StepMemoryAttribute.OfStep(GetType()).Of(input, output);
    }

    /// <summary>Shape of one example that goes in.</summary>
    public Shape Input { get; }

    /// <summary>Shape of one example that comes out.</summary>
    public Shape Output { get; }

    /// <summary>What the gradient reads.</summary>
    public StepMemory Memory { get; }

    /// <summary>The parameters whose gradients <see cref="Backward"/> writes; its author keeps one list, which is read at each pass.</summary>
    public virtual IReadOnlyList<Parameter> Parameters => [];

    /// <summary>Inference: no dropout, running statistics.</summary>
    public void Infer(in Pass pass, DeviceView x, DeviceView y)
    {
        Require(x, Input, pass.Batch, nameof(x));
        Require(y, Output, pass.Batch, nameof(y));
        InferCore(pass, x, y);
        KeepAlive(pass, x, y, default);
    }

    /// <summary>Training: writes <paramref name="y"/> and what the gradient needs.</summary>
    /// <param name="pass">The batch.</param>
    /// <param name="x">The input.</param>
    /// <param name="y">
    /// The output; none where the only step that reads it computes it again (<see cref="NormalizedConvolutionStep.After"/>).
    /// </param>
    /// <param name="saved">Memory for what the gradient needs besides.</param>
    /// <param name="before">
    /// What the step before left, where this step computes that step's output again: <paramref name="x"/> is then memory for it, whose content is undefined
    /// before and after.
    /// </param>
    public void Forward(in Pass pass, DeviceView x, DeviceView y, Saved saved = default, Saved before = default)
    {
        Require(x, Input, pass.Batch, nameof(x));
        if (!y.IsNone || OutputFromSaved is null) Require(y, Output, pass.Batch, nameof(y));
        Require(Memory, pass, saved);
        if (before.IsNone) ForwardCore(pass, x, y, saved);
        else ForwardCore(pass, x, y, saved, before);
        pass.Ranks?.Group.Progressed();
        KeepAlive(pass, x, y, saved);
        before.KeepAlive();
    }

    /// <summary>The gradient of the input and of the parameters.</summary>
    /// <param name="pass">The same as of the forward pass.</param>
    /// <param name="dy">Gradient of the output; its content may be lost.</param>
    /// <param name="dx">
    /// Gradient of the input; none where it is not needed. It may be <paramref name="dy"/> where <see cref="StepMemory.CanOverwriteGradient"/>
    /// is true and nothing is added.
    /// </param>
    /// <param name="x">The input; may be none where <see cref="StepMemory.ReadsInput"/> is false.</param>
    /// <param name="y">
    /// The output; may be none where <see cref="StepMemory.ReadsOutput"/> is false, or where the ReLU that the step ends with has masked
    /// <paramref name="dy"/> already.
    /// </param>
    /// <param name="saved">As the forward pass left it.</param>
    /// <param name="accumulate">Adds to <paramref name="dx"/> instead of overwriting it.</param>
    /// <param name="mask">
    /// Where <see cref="StepMemory.CanMask"/> is true: leaves zeros in <paramref name="dx"/> where the input is not above 0, for a preceding step
    /// that ends in a ReLU.
    /// </param>
    /// <param name="before">As in the forward pass: <paramref name="x"/> is then memory for what that step gave.</param>
    /// <exception cref="ArgumentException">The step cannot mask, or does not compute its input again; or a view is too short.</exception>
    public void Backward(
        in Pass pass, DeviceView dy, DeviceView dx, DeviceView x = default, DeviceView y = default, Saved saved = default,
        bool accumulate = false, bool mask = false, Saved before = default)
    {
        Require(dy, Output, pass.Batch, nameof(dy));
        if (!dx.IsNone) Require(dx, Input, pass.Batch, nameof(dx));
        if (Memory.ReadsInput) Require(x, Input, pass.Batch, nameof(x));
        if (Memory.ReadsOutput && !Memory.EndsInRelu) Require(y, Output, pass.Batch, nameof(y));
        Require(Memory, pass, saved);
        if (mask && !Memory.CanMask) throw new ArgumentException("The gradient of this step's input cannot be masked.", nameof(mask));
        if (!before.IsNone && !CanComputeInput) throw NormalizedOutput.NotJoined(nameof(before));
        BackwardCore(pass, new Operands(x, y, saved, dy, dx, accumulate, mask) { Before = before });
        pass.Ranks?.WentBackward(Parameters, pass.Stream);
        KeepAlive(pass, x, y, saved);
        before.KeepAlive();
        dy.KeepAlive();
        dx.KeepAlive();
    }

    /// <summary>Queues <see cref="Infer"/>. All views hold at least the batch; they may be longer.</summary>
    /// <param name="pass">The batch.</param>
    /// <param name="x"><c>[batch, height, width, channels]</c>; another step may read it too, so it is not written.</param>
    /// <param name="y">Overwritten; its content is undefined before. It may be <paramref name="x"/> where the memory says that it can overwrite.</param>
    protected abstract void InferCore(in Pass pass, DeviceView x, DeviceView y);

    /// <summary>Queues <see cref="Forward"/>.</summary>
    /// <param name="pass">The batch.</param>
    /// <param name="x">As in <see cref="InferCore"/>.</param>
    /// <param name="y">As in <see cref="InferCore"/>.</param>
    /// <param name="saved">Written for the gradient: as long as the step's memory says.</param>
    protected abstract void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved);

    /// <summary>
    /// Queues <see cref="Backward"/>. A parameter with <see cref="Parameter.RequiresGradient"/> gets its gradient:
    /// <see cref="Parameter.BeginGradient"/> says whether it is added to what is already there or overwrites it.
    /// </summary>
    protected abstract void BackwardCore(in Pass pass, in Operands o);

    /// <summary>How the step's output is computed from what it saves, where it can be; null where it cannot.</summary>
    internal virtual NormalizedOutput? OutputFromSaved => null;

    /// <summary>Whether the step may compute its input again.</summary>
    private protected virtual bool CanComputeInput => false;

    private protected virtual void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved, Saved before) =>
        throw NormalizedOutput.NotJoined(nameof(before));

    // The one place where memory that a step reads through pointers is held until its ops have run (or, on an accelerator, are queued): x, y,
    // what is saved, the stream with its scratch, and the step with its parameters and their prepacked copies.
    void KeepAlive(in Pass pass, DeviceView x, DeviceView y, Saved saved)
    {
        x.KeepAlive();
        y.KeepAlive();
        saved.KeepAlive();
        GC.KeepAlive(pass.Stream);
        GC.KeepAlive(this);
    }

    internal static void Require(in StepMemory memory, in Pass pass, Saved saved)
    {
        if (saved.PerExample.Length < pass.Batch * memory.SavedPerExample || saved.Fixed.Length < memory.SavedFixed)
            throw new ArgumentException("The memory for the gradient is too small.", nameof(saved));
    }

    internal static void Require(DeviceView view, in Shape shape, int batch, string name)
    {
        if (view.Length < batch * shape.Length)
            throw new ArgumentException($"{batch} examples of {shape} need {batch * shape.Length} elements, and there are {view.Length}.", name);
    }

    /// <summary>The operands of a backward pass.</summary>
    /// <param name="X">The input; none where the gradient does not read it.</param>
    /// <param name="Y">The output; none where the gradient does not read it.</param>
    /// <param name="Saved">As the forward pass left it.</param>
    /// <param name="DY">Gradient of the output; it may be overwritten.</param>
    /// <param name="DX">Gradient of the input; none where it is not needed.</param>
    /// <param name="Accumulate">Adds to <paramref name="DX"/> instead of overwriting it.</param>
    /// <param name="Mask">Leaves zeros where the input is not above 0; only where the step declares that it can.</param>
    protected readonly record struct Operands(
        DeviceView X, DeviceView Y, Saved Saved, DeviceView DY, DeviceView DX, bool Accumulate, bool Mask)
    {
        /// <summary>What the step before left, where its output is computed again.</summary>
        internal Saved Before { get; init; }
    }
}

/// <summary>What a step's forward pass leaves for its gradient besides input and output; none where it leaves nothing.</summary>
/// <param name="PerExample">The part that grows with the batch.</param>
/// <param name="Fixed">The part that does not.</param>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public readonly record struct Saved(DeviceView PerExample, DeviceView Fixed)
{
    internal bool IsNone => PerExample.IsNone && Fixed.IsNone;

    internal void KeepAlive()
    {
        PerExample.KeepAlive();
        Fixed.KeepAlive();
    }
}

/// <summary>
/// What the gradient of a step written outside the library reads. The memory plan, which is made while the program compiles, and the step
/// that runs take it from here. The defaults keep input and output, which is always correct; what is not read need not be kept.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
[EditorBrowsable(EditorBrowsableState.Advanced)]
public sealed class StepMemoryAttribute : Attribute
{
    /// <summary>The gradient reads the input. Default: true.</summary>
    public bool ReadsInput { get; set; } = true;

    /// <summary>The gradient reads the output. Default: true.</summary>
    public bool ReadsOutput { get; set; } = true;

    /// <summary>Float32 elements kept for each element of the input, 0 or more. Default: 0.</summary>
    public int SavedPerInput { get; set; }

    /// <summary>Float32 elements kept for each element of the output, 0 or more. Default: 0.</summary>
    public int SavedPerOutput { get; set; }

    /// <summary>Float32 elements kept whatever the batch, 0 or more. Default: 0.</summary>
    public int SavedFixed { get; set; }

    /// <summary>The output may overwrite the input. Default: false.</summary>
    public bool CanOverwrite { get; set; }

    /// <summary>The input's gradient, where it is not added to another, may overwrite the output's. Default: false.</summary>
    public bool CanOverwriteGradient { get; set; }

    /// <summary>What a class of steps says; without the attribute, the defaults.</summary>
    internal static StepMemoryAttribute OfStep(Type step) => step.GetCustomAttribute<StepMemoryAttribute>() ?? new StepMemoryAttribute();

    internal StepMemory Of(in Shape input, in Shape output)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(SavedPerInput);
        ArgumentOutOfRangeException.ThrowIfNegative(SavedPerOutput);
        ArgumentOutOfRangeException.ThrowIfNegative(SavedFixed);
        // One takes the other's place, so both must be equally long.
        bool sameLength = input.Length == output.Length;
        if ((CanOverwrite || CanOverwriteGradient) && !sameLength)
            throw new ArgumentException($"Memory of {input} cannot be overwritten by {output}: they must be equally long.");
        return StepMemory.Of(
            ReadsInput, ReadsOutput, SavedPerInput * input.Length + SavedPerOutput * output.Length, SavedFixed, CanOverwrite, CanOverwriteGradient);
    }
}
