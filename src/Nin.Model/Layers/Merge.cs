using System.ComponentModel;

namespace Nin.Layers;

/// <summary>Several branches as one: their sum (<c>Add</c>) or their channels side by side (<c>Concat</c>).</summary>
/// <typeparam name="TOut">Shape of one example that comes out.</typeparam>
public abstract class Merge<TOut>
    where TOut : struct, IShape
{
    private protected Merge(string name, MergeStep step)
    {
        Name = name;
        Step = step;
    }

    /// <summary>Its name in the network.</summary>
    public string Name { get; }

    /// <summary>What it computes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public MergeStep Step { get; }

    /// <summary>Runs it on a tape, over branches whose shapes are known at run time only.</summary>
    /// <exception cref="ArgumentException">The number of branches or a shape is another one.</exception>
    public Traced<TOut> ForwardUntyped(ReadOnlySpan<Traced> inputs)
    {
        if (inputs.Length != Step.Inputs.Count)
            throw new ArgumentException($"{Name} takes {Step.Inputs.Count} inputs, not {inputs.Length}.", nameof(inputs));
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Value.Shape != Step.Inputs[i])
                throw new ArgumentException($"Input {i} of {Name} is {Step.Inputs[i]}, not {inputs[i].Value.Shape}.", nameof(inputs));
        }

        return inputs[0].Tape.Apply(Step, inputs).As<TOut>();
    }
}
