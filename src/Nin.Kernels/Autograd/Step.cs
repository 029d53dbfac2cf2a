using System.ComponentModel;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// The unit that both composers compose: a function of one input with its gradient. The tape calls steps while the program runs, generated
/// code calls the same ones in a straight line, so both give the same bits; how a step splits or fuses its ops is its own affair.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class Step
{
    private protected Step(Shape input, Shape output, StepMemory memory)
    {
        Input = input;
        Output = output;
        Memory = memory;
    }

    /// <summary>Shape of one example that goes in.</summary>
    public Shape Input { get; }

    /// <summary>Shape of one example that comes out.</summary>
    public Shape Output { get; }

    /// <summary>What the gradient reads.</summary>
    public StepMemory Memory { get; }

    /// <summary>The parameters whose gradients <see cref="Backward"/> writes.</summary>
    public virtual IReadOnlyList<Parameter> Parameters => [];

    /// <summary>Inference: no dropout, running statistics.</summary>
    public void Infer(in Pass pass, DeviceView x, DeviceView y)
    {
        Require(x, Input, pass.Batch, nameof(x));
        Require(y, Output, pass.Batch, nameof(y));
        InferCore(pass, x, y);
    }

    /// <summary>Training: writes <paramref name="y"/> and what the gradient needs.</summary>
    public void Forward(in Pass pass, DeviceView x, DeviceView y, Saved saved = default)
    {
        Require(x, Input, pass.Batch, nameof(x));
        Require(y, Output, pass.Batch, nameof(y));
        if (saved.PerExample.Length < pass.Batch * Memory.SavedPerExample || saved.Fixed.Length < Memory.SavedFixed)
            throw new ArgumentException("The memory for the gradient is too small.", nameof(saved));
        ForwardCore(pass, x, y, saved);
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
    /// <param name="accumulate">Adds to what stands in <paramref name="dx"/>.</param>
    /// <param name="mask">
    /// Where <see cref="StepMemory.CanMask"/> is true: leaves zeros in <paramref name="dx"/> where the input is not above 0, for a step before
    /// that ends in a ReLU.
    /// </param>
    /// <exception cref="ArgumentException">The step cannot mask.</exception>
    public void Backward(
        in Pass pass, DeviceView dy, DeviceView dx, DeviceView x = default, DeviceView y = default, Saved saved = default,
        bool accumulate = false, bool mask = false)
    {
        Require(dy, Output, pass.Batch, nameof(dy));
        if (!dx.IsNone) Require(dx, Input, pass.Batch, nameof(dx));
        if (mask && !Memory.CanMask) throw new ArgumentException("The gradient of this step's input cannot be masked.", nameof(mask));
        BackwardCore(pass, new Operands(x, y, saved, dy, dx, accumulate, mask));
    }

    private protected abstract void InferCore(in Pass pass, DeviceView x, DeviceView y);

    private protected abstract void ForwardCore(in Pass pass, DeviceView x, DeviceView y, Saved saved);

    private protected abstract void BackwardCore(in Pass pass, in Operands operands);

    static void Require(DeviceView view, in Shape shape, int batch, string name)
    {
        if (view.Length < batch * shape.Length)
            throw new ArgumentException($"{batch} examples of {shape} need {batch * shape.Length} elements, and there are {view.Length}.", name);
    }

    /// <summary>The operands of a backward pass.</summary>
    private protected readonly record struct Operands(
        DeviceView X, DeviceView Y, Saved Saved, DeviceView DY, DeviceView DX, bool Accumulate, bool Mask);
}

/// <summary>One batch on its way through a network: how many examples, and what its random numbers are keyed by.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Pass
{
    internal Pass(DeviceStream stream, int batch, ulong seed = 0, int step = 0, int firstExample = 0)
    {
        Stream = stream;
        Batch = batch;
        Seed = seed;
        Step = step;
        FirstExample = firstExample;
    }

    /// <summary>Examples.</summary>
    public int Batch { get; }

    /// <summary>The network's seed.</summary>
    public ulong Seed { get; }

    /// <summary>The training step.</summary>
    public int Step { get; }

    /// <summary>Index of the batch's first example among those of the whole step.</summary>
    public int FirstExample { get; }

    internal DeviceStream Stream { get; }

    internal TOp Op<TOp>()
        where TOp : class, Ops.IOp => Stream.Device.Kernels.Get<TOp>();
}

/// <summary>What a step's forward pass leaves for its gradient beside input and output; none where it leaves nothing.</summary>
/// <param name="PerExample">The part that grows with the batch.</param>
/// <param name="Fixed">The part that does not.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct Saved(DeviceView PerExample, DeviceView Fixed);
