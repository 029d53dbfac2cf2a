namespace Nin;

/// <summary>A value on a tape: the only kind that can go backward.</summary>
public readonly struct Traced
{
    internal Traced(Tape tape, TapeNode node)
    {
        Tape = tape;
        Node = node;
    }

    /// <summary>Where it was recorded.</summary>
    public Tape Tape { get; }

    /// <summary>The value itself.</summary>
    public Tensor Value => Node.Value;

    /// <summary>The gradient of an input that asked for it, after a backward pass that reached it.</summary>
    /// <exception cref="InvalidOperationException">
    /// No backward pass reached it, the tape was reset since, or it is not an input: steps overwrite the gradients between them.
    /// </exception>
    public Tensor Gradient
    {
        get
        {
            var node = Tape.NodeOf(this);
            if (!node.KeepsGradient)
                throw new InvalidOperationException("Only a tape's inputs keep their gradients: steps overwrite those between them.");
            return node.Gradient.IsNone
                ? throw new InvalidOperationException(
                    "No backward pass reached this value: call Backward on a loss computed from it, and ask for an input's gradient.")
                : Tape.GradientTensor(node);
        }
    }

    /// <summary>
    /// Goes back from this value: computes the gradients of all parameters and inputs that need one. Parameters' gradients add up until an
    /// optimiser's step or <see cref="ParameterSet.ZeroGrad"/>. A loss has a <see cref="TracedLoss.Backward"/> of its own.
    /// </summary>
    /// <param name="gradient">Gradient of this value, of its batch and shape; it is kept.</param>
    /// <exception cref="ArgumentException">The gradient has another batch, shape or device.</exception>
    /// <exception cref="InvalidOperationException">The tape was reset since, went back before, or nothing needs a gradient.</exception>
    public void Backward(Tensor gradient)
    {
        var value = Value;
        if (gradient.Device != value.Device || gradient.Batch != value.Batch || gradient.Shape != value.Shape)
            throw new ArgumentException(
                $"The gradient is {gradient.Batch} examples of {gradient.Shape} on {gradient.Device.Id}; the value is {value.Batch} of {value.Shape} " +
                $"on {value.Device.Id}, and both must agree.", nameof(gradient));
        var tape = Tape;
        tape.Backward(this, target =>
        {
            tape.Stream.Reads(gradient.View);
            tape.Stream.Copy(gradient.View, target);
        });
    }

    internal TapeNode Node { get; }

    /// <summary>The same value with its shape as a type.</summary>
    /// <exception cref="ArgumentException">The shape differs.</exception>
    public Traced<TShape> As<TShape>()
        where TShape : struct, IShape => new(this);
}

/// <summary>A value on a tape, with the shape of one example as a type.</summary>
/// <typeparam name="TShape">Shape of one example.</typeparam>
public readonly struct Traced<TShape>
    where TShape : struct, IShape
{
    readonly Traced traced;

    internal Traced(Traced traced)
    {
        if (traced.Value.Shape != TShape.Shape)
            throw new ArgumentException($"A value of {traced.Value.Shape} is not one of {TShape.Shape}.", nameof(traced));
        this.traced = traced;
    }

    /// <summary>The value itself.</summary>
    public Tensor<TShape> Value => traced.Value.As<TShape>();

    /// <inheritdoc cref="Traced.Gradient"/>
    public Tensor<TShape> Gradient => traced.Gradient.As<TShape>();

    /// <inheritdoc cref="Traced.Backward"/>
    public void Backward(Tensor<TShape> gradient) => traced.Backward(gradient.Untyped);

    /// <summary>The same value with its shape at run time only.</summary>
    public Traced Untyped => traced;

    /// <summary>Forgets the type.</summary>
    public static implicit operator Traced(Traced<TShape> traced) => traced.traced;
}
