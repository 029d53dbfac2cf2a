using Nin.Ops;

namespace Nin;

/// <summary>One named array of a network: a view into the contiguous memory of its <see cref="ParameterSet"/>.</summary>
public sealed class Parameter : IDisposable
{
    readonly ParameterSet set;
    readonly DeviceView value;
    readonly DerivedWeights derived = new();
    long gradientEpoch = -1;

    internal Parameter(ParameterSet set, ParameterSpec spec, DeviceView value)
    {
        this.set = set;
        this.value = value;
        Spec = spec;
    }

    /// <summary>Name, role and dimensions.</summary>
    public ParameterSpec Spec { get; }

    /// <summary>The name that PyTorch's <c>state_dict</c> would give it.</summary>
    public string Name => Spec.Name;

    /// <summary>Elements.</summary>
    public long Length => Spec.Length;

    /// <summary>Whether the backward pass computes its gradient; false freezes it.</summary>
    public bool RequiresGradient { get; set; } = true;

    /// <summary>Values, in device order: a weight is <c>[kernel, kernel, in / groups, out]</c>.</summary>
    public DeviceView Value => value;

    /// <summary>Gradient, in device order, at the same offset as the value; none for a buffer.</summary>
    public DeviceView Gradient => Spec.IsTrainable ? set.Gradients.Slice(value.Offset, value.Length) : default;

    internal Weights Weights => new(value, set.Version, derived);

    internal long DerivedBytes => derived.Bytes;

    /// <summary>Reads the values in PyTorch's order.</summary>
    public float[] ToArray() => ToPyTorchOrder(value.ToArray());

    /// <summary>Reads the gradient in PyTorch's order; zeros where the last backward pass did not reach it.</summary>
    public float[] GradientToArray() => HasGradient ? ToPyTorchOrder(Gradient.ToArray()) : new float[Length];

    /// <summary>Writes the values, given in PyTorch's order.</summary>
    /// <exception cref="ArgumentException">The length differs.</exception>
    public void CopyFrom(ReadOnlySpan<float> source)
    {
        if (source.Length != Length)
            throw new ArgumentException($"{Name} has {Length} elements ({string.Join("x", Spec.Dims)}), not {source.Length}.", nameof(source));
        var (outer, inner) = Orders;
        var ordered = new float[source.Length];
        LayoutPermutation.SwapInner(source, ordered, 1, outer, inner);
        if (Spec.Dims.Length == 4)
        {
            // [in, kH kW, out], as SwapInner left it, to [kH kW, in, out].
            var byPixel = new float[source.Length];
            SwapRows(ordered, byPixel, Spec.Dims[1], Spec.Dims[2] * Spec.Dims[3], Spec.Dims[0]);
            ordered = byPixel;
        }

        value.CopyFrom(ordered);
        MarkWritten();
    }

    /// <summary>
    /// Called by a gradient rule before it writes: true where an earlier rule of this backward pass (or of one before, without a step
    /// between) has written and the new part must be added.
    /// </summary>
    internal bool BeginGradient()
    {
        bool accumulate = gradientEpoch == set.GradientEpoch;
        gradientEpoch = set.GradientEpoch;
        return accumulate;
    }

    internal void MarkWritten() => set.MarkWritten(Spec.IsTrainable);

    /// <summary>False also for a frozen parameter that an op wrote a gradient of because it writes several at once.</summary>
    internal bool HasGradient => RequiresGradient && gradientEpoch == set.GradientEpoch;

    /// <summary>Gives back derived copies.</summary>
    public void Dispose() => derived.Dispose();

    // A weight is out x (in, kH, kW) for PyTorch; a vector is out x 1.
    (int Outer, int Inner) Orders => (Spec.Dims[0], (int)(Length / Spec.Dims[0]));

    float[] ToPyTorchOrder(float[] memory)
    {
        var (outer, inner) = Orders;
        if (Spec.Dims.Length == 4)
        {
            var byChannel = new float[memory.Length];
            SwapRows(memory, byChannel, Spec.Dims[2] * Spec.Dims[3], Spec.Dims[1], Spec.Dims[0]);
            memory = byChannel;
        }

        var ordered = new float[memory.Length];
        LayoutPermutation.SwapInner(memory, ordered, 1, inner, outer);
        return ordered;
    }

    /// <summary><c>target[j, i, :] = source[i, j, :]</c>.</summary>
    static void SwapRows(ReadOnlySpan<float> source, Span<float> target, int rows, int columns, int length)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                source.Slice((i * columns + j) * length, length).CopyTo(target.Slice((j * rows + i) * length, length));
        }
    }
}
