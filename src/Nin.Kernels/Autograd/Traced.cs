namespace Nin;

/// <summary>A value on a tape: the only kind that has a way back to gradients.</summary>
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
    /// No backward pass reached it, the tape was reset since, or it is no input: steps overwrite the gradients between them.
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

    internal TapeNode Node { get; }

    /// <summary>The same value with its shape as a type.</summary>
    /// <exception cref="ArgumentException">The shape is another one.</exception>
    public Traced<TShape> As<TShape>()
        where TShape : struct, IShape => new(this);
}
