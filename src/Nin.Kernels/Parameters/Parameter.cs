using Nin.Ops;

namespace Nin;

/// <summary>One named array of a network: a view into the contiguous memory of its <see cref="ParameterSet"/>.</summary>
public sealed class Parameter : IDisposable
{
    readonly ParameterSet set;
    readonly DeviceView value;
    readonly PrepackedWeights prepacked = new();
    readonly List<PrepackedWeights> others = [];
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

    /// <summary>Whether the backward pass computes its gradient; false freezes it: no optimiser touches it, nor its state of it.</summary>
    public bool RequiresGradient
    {
        get;
        set
        {
            if (field != value) this.set.MarkFreezing();
            field = value;
        }
    } = true;

    /// <summary>Whether an optimiser updates it: neither a buffer nor frozen.</summary>
    internal bool IsTrained => RequiresGradient && Spec.IsTrainable;

    /// <summary>Values, in device order: a weight is <c>[kernel, kernel, in / groups, out]</c>.</summary>
    public DeviceView Value => value;

    /// <summary>Gradient, in device order, at the same offset as the value; none for a buffer.</summary>
    public DeviceView Gradient => Spec.IsTrainable ? set.Gradients.Slice(value.Offset, value.Length) : default;

    internal ParameterSet Set => set;

    /// <summary>Counts the writes to the values: what was packed from them is good for one version, and stays good where others are written.</summary>
    internal long Version { get; private set; }

    /// <summary>With what was packed from them kept: for inference, which meets one version again and again.</summary>
    internal Weights Weights => new(value, Version, prepacked);

    /// <summary>Packed anew at each call, in scratch: for training, which uses each version once and would keep copies for nothing.</summary>
    internal Weights WeightsOnce => new(value, Version);

    internal long PrepackedBytes => prepacked.Bytes + others.Sum(o => o.Bytes);

    /// <summary>Another place for what is packed from it together with other parameters; it is freed with the rest.</summary>
    internal PrepackedWeights CreatePrepacked()
    {
        var created = new PrepackedWeights();
        others.Add(created);
        return created;
    }

    /// <summary>Reads the values in PyTorch's order.</summary>
    public float[] ToArray() => ToPyTorchOrder(value.ToArray());

    /// <summary>Reads the gradient in PyTorch's order; zeros where the last backward pass did not reach it.</summary>
    public float[] GradientToArray() => HasGradient ? ToPyTorchOrder(Gradient.ToArray()) : new float[Length];

    /// <summary>
    /// Writes the values, given in PyTorch's order. Passes on other threads see them before or after, never half written; to replace several
    /// parameters at once, hold <see cref="ParameterSet.Write"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The length differs.</exception>
    public void CopyFrom(ReadOnlySpan<float> source)
    {
        if (source.Length != Length)
            throw new ArgumentException($"{Name} has {Length} elements ({string.Join("x", Spec.Dims)}), not {source.Length}.", nameof(source));
        Write(new GivenValues(source));
    }

    /// <summary>
    /// Writes the values, which are asked for in PyTorch's order, some inputs at a time: a large weight needs no second copy of itself on the host.
    /// </summary>
    internal void Write<TValues>(TValues source)
        where TValues : IParameterValues, allows ref struct
    {
        const int PieceLength = 1 << 18;
        using var writing = set.Write();
        var (outputs, inputs, taps) = Orders;
        int most = Math.Clamp(PieceLength / outputs / taps, 1, inputs);
        // [count, taps] of one output, and [taps, count, outputs] of all, in memory order.
        float[] run = new float[most * taps], piece = new float[outputs * most * taps];
        for (int first = 0; first < inputs; first += most)
        {
            int count = Math.Min(most, inputs - first);
            for (int o = 0; o < outputs; o++)
            {
                source.Read(((long)o * inputs + first) * taps, run.AsSpan(0, count * taps));
                for (int i = 0; i < count; i++)
                {
                    for (int tap = 0; tap < taps; tap++) piece[(tap * count + i) * outputs + o] = run[i * taps + tap];
                }
            }

            int length = count * outputs;
            for (int tap = 0; tap < taps; tap++)
            {
                value.Slice(((long)tap * inputs + first) * outputs, length).CopyFrom(piece.AsSpan(tap * length, length));
            }
        }

        MarkWritten();
    }

    /// <summary>
    /// Replaces the gradient, given in PyTorch's order: what an optimiser's next step uses, and what a backward pass before that step adds to.
    /// </summary>
    /// <exception cref="ArgumentException">The length differs.</exception>
    /// <exception cref="InvalidOperationException">It has no gradient: it is a buffer, or frozen.</exception>
    public void SetGradient(ReadOnlySpan<float> source)
    {
        if (!IsTrained) throw new InvalidOperationException($"{Name} has no gradient: it is {(Spec.IsTrainable ? "frozen" : "a buffer")}.");
        if (source.Length != Length)
            throw new ArgumentException($"The gradient of {Name} has {Length} elements ({string.Join("x", Spec.Dims)}), not {source.Length}.", nameof(source));
        using var writing = set.Write();
        Gradient.CopyFrom(ToMemoryOrder(source));
        BeginGradient();
    }

    /// <summary>
    /// Called by a gradient rule before it writes: true where an earlier rule of this backward pass (or of one before, without a step
    /// between) has written and the new part must be added; false where it is overwritten.
    /// </summary>
    public bool BeginGradient()
    {
        bool accumulate = gradientEpoch == set.GradientEpoch;
        gradientEpoch = set.GradientEpoch;
        return accumulate;
    }

    /// <summary>Called by whoever writes the values by an op of its own (running statistics): copies that were made of them are made anew.</summary>
    public void MarkWritten()
    {
        CountWrite();
        set.MarkWritten(Spec.IsTrainable);
    }

    internal void CountWrite() => Version++;

    /// <summary>False also for a frozen parameter that an op wrote a gradient of because it writes several at once.</summary>
    internal bool HasGradient => RequiresGradient && gradientEpoch == set.GradientEpoch;

    /// <summary>Gives back packed copies.</summary>
    public void Dispose()
    {
        prepacked.Dispose();
        others.ForEach(o => o.Dispose());
    }

    // A weight is [out, in, kH kW] for PyTorch and [kH kW, in, out] in memory; a vector is [out, 1, 1].
    (int Outputs, int Inputs, int Taps) Orders
    {
        get
        {
            int outputs = Spec.Dims[0], taps = Spec.Dims.Length == 4 ? Spec.Dims[2] * Spec.Dims[3] : 1;
            return (outputs, (int)(Length / outputs / taps), taps);
        }
    }

    float[] ToMemoryOrder(ReadOnlySpan<float> ordered)
    {
        var (outputs, inputs, taps) = Orders;
        var memory = new float[ordered.Length];
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                for (int tap = 0; tap < taps; tap++) memory[(tap * inputs + i) * outputs + o] = ordered[(o * inputs + i) * taps + tap];
            }
        }

        return memory;
    }

    float[] ToPyTorchOrder(float[] memory)
    {
        var (outputs, inputs, taps) = Orders;
        var ordered = new float[memory.Length];
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                for (int tap = 0; tap < taps; tap++) ordered[(o * inputs + i) * taps + tap] = memory[(tap * inputs + i) * outputs + o];
            }
        }

        return ordered;
    }
}

/// <summary>A parameter's new values in PyTorch's order, which may be computed as they are asked for.</summary>
interface IParameterValues
{
    /// <summary>Gives the values from <paramref name="start"/> on.</summary>
    void Read(long start, Span<float> values);
}

/// <summary>Values in host memory.</summary>
readonly ref struct GivenValues(ReadOnlySpan<float> source) : IParameterValues
{
    readonly ReadOnlySpan<float> source = source;

    public void Read(long start, Span<float> values) => source.Slice((int)start, values.Length).CopyTo(values);
}
