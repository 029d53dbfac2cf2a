using System.ComponentModel;
using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>A function of several inputs, without parameters: the sum or the product of branches, or their channels side by side.</summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public abstract class MergeStep
{
    /// <param name="inputs">Shapes of one example that go in.</param>
    /// <param name="output">Shape of one example that comes out.</param>
    /// <param name="memory">What the gradients read: all inputs, the output as the mask of a ReLU, or nothing.</param>
    protected MergeStep(IReadOnlyList<Shape> inputs, Shape output, StepMemory memory)
    {
        Inputs = inputs;
        Output = output;
        Memory = memory;
    }

    /// <summary>Shapes of one example that go in.</summary>
    public IReadOnlyList<Shape> Inputs { get; }

    /// <summary>Shape of one example that comes out.</summary>
    public Shape Output { get; }

    /// <summary>What the gradients read: all inputs, the output as the mask of a ReLU, or nothing.</summary>
    public StepMemory Memory { get; }

    /// <summary>Writes <paramref name="y"/>; the same in inference and training.</summary>
    /// <exception cref="ArgumentException">The number of inputs differs, or a view is too short.</exception>
    public void Forward(in Pass pass, ReadOnlySpan<DeviceView> inputs, DeviceView y)
    {
        RequireInputs(inputs, pass.Batch);
        Require(y, Output, pass.Batch, nameof(y));
        ForwardCore(pass, inputs, y);
        KeepAlive(pass, inputs);
        y.KeepAlive();
    }

    /// <summary>The gradient of one input.</summary>
    /// <param name="pass">The same as of the forward pass.</param>
    /// <param name="input">Which one.</param>
    /// <param name="dy">Gradient of the output; it is kept.</param>
    /// <param name="dx">Gradient of the input; for a sum it may be <paramref name="dy"/> where nothing is added and no other input follows.</param>
    /// <param name="accumulate">Adds to <paramref name="dx"/> instead of overwriting it.</param>
    /// <param name="inputs">All inputs, as of the forward pass; may be none where <see cref="StepMemory.ReadsInput"/> is false.</param>
    /// <param name="y">The output; may be none where there is no ReLU, or where <paramref name="dy"/> is masked already.</param>
    /// <exception cref="ArgumentException">The number of inputs differs, or a view is too short.</exception>
    public void Backward(
        in Pass pass, int input, DeviceView dy, DeviceView dx, bool accumulate, ReadOnlySpan<DeviceView> inputs = default, DeviceView y = default)
    {
        Require(dy, Output, pass.Batch, nameof(dy));
        Require(dx, Inputs[input], pass.Batch, nameof(dx));
        if (Memory.ReadsInput) RequireInputs(inputs, pass.Batch);
        if (!y.IsNone) Require(y, Output, pass.Batch, nameof(y));
        BackwardCore(pass, input, dy, dx, accumulate, inputs, y);
        KeepAlive(pass, inputs);
        y.KeepAlive();
        dy.KeepAlive();
        dx.KeepAlive();
    }

    /// <summary>Computes <paramref name="y"/> from inputs whose lengths are checked.</summary>
    protected abstract void ForwardCore(in Pass pass, ReadOnlySpan<DeviceView> inputs, DeviceView y);

    /// <summary>The gradient of one input, from views whose lengths are checked; see <see cref="Backward"/>.</summary>
    protected abstract void BackwardCore(
        in Pass pass, int input, DeviceView dy, DeviceView dx, bool accumulate, ReadOnlySpan<DeviceView> inputs, DeviceView y);

    /// <summary>At least two branches, all of one shape unless <paramref name="fits"/> says otherwise.</summary>
    private protected static IReadOnlyList<Shape> Branches(IReadOnlyList<Shape> inputs, Shape with, Func<Shape, Shape, bool> fits)
    {
        if (inputs.Count < 2) throw new ArgumentException($"A step of several inputs takes 2 or more, not {inputs.Count}.", nameof(inputs));
        for (int i = 0; i < inputs.Count; i++)
        {
            if (!fits(inputs[i], with)) throw new ArgumentException($"Input {i} is {inputs[i]}, which does not fit {with}.", nameof(inputs));
        }

        return inputs;
    }

    // What ops read through pointers is held until they have run or are queued.
    void KeepAlive(in Pass pass, ReadOnlySpan<DeviceView> inputs)
    {
        foreach (var view in inputs) view.KeepAlive();
        GC.KeepAlive(pass.Stream);
        GC.KeepAlive(this);
    }

    void RequireInputs(ReadOnlySpan<DeviceView> inputs, int batch)
    {
        if (inputs.Length != Inputs.Count)
            throw new ArgumentException($"The step takes {Inputs.Count} inputs, not {inputs.Length}.", nameof(inputs));
        for (int i = 0; i < inputs.Length; i++) Require(inputs[i], Inputs[i], batch, nameof(inputs));
    }

    static void Require(DeviceView view, in Shape shape, int batch, string name)
    {
        if (view.Length < batch * shape.Length)
            throw new ArgumentException($"{batch} examples of {shape} need {batch * shape.Length} elements, and there are {view.Length}.", name);
    }
}
