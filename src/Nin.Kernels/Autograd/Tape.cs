namespace Nin;

/// <summary>
/// Records the steps that a program runs, to go back through them with gradients. The memory is the tape's own and is reused after
/// <see cref="Reset"/>, which ends all values that were recorded. One thread at a time uses a tape.
/// </summary>
public sealed class Tape : IDisposable
{
    readonly List<TapeNode> nodes = [];
    readonly Lifetime lifetime = new("its tape was reset. Copy it out before, or record it again.");
    readonly TapeMemory memory;
    readonly DeviceStream stream;
    readonly bool ownsStream;
    readonly ulong seed;
    int step;

    /// <param name="device">Where the steps run.</param>
    /// <param name="seed">Keys the random numbers of dropout.</param>
    public Tape(Device device, ulong seed = 0)
        : this((device ?? throw new ArgumentNullException(nameof(device))).CreateStream(), seed) => ownsStream = true;

    /// <summary>A tape whose work is queued on a stream that its owner keeps.</summary>
    internal Tape(DeviceStream stream, ulong seed = 0)
    {
        this.stream = stream;
        this.seed = seed;
        Device = stream.Device;
        memory = new TapeMemory(Device);
    }

    /// <summary>Where the steps run.</summary>
    public Device Device { get; }

    /// <summary>The training step that keys dropout's random numbers; the first is 0 unless it is given.</summary>
    internal int Step
    {
        get => step;
        init => step = value;
    }

    /// <summary>Bytes that the recorded values and their gradients take.</summary>
    public long Bytes => memory.Bytes;

    /// <summary>Starts a recording with a value from outside.</summary>
    /// <param name="value">The value; its memory must stay valid until the backward pass.</param>
    /// <param name="needsGradient">Whether its own gradient is needed too.</param>
    public Traced<TShape> Input<TShape>(Tensor<TShape> value, bool needsGradient = false)
        where TShape : struct, IShape => new(Input(value.Untyped, needsGradient));

    /// <inheritdoc cref="Input{TShape}"/>
    public Traced Input(Tensor value, bool needsGradient = false)
    {
        if (value.Device != Device) throw new ArgumentException($"The tensor is on {value.Device.Id}, the tape on {Device.Id}.", nameof(value));
        return Record(new TapeNode.Leaf(value, needsGradient));
    }

    /// <summary>Forgets what was recorded and reuses the memory: the next training step.</summary>
    public void Reset()
    {
        lifetime.End();
        nodes.Clear();
        memory.Reset();
        step++;
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        lifetime.End();
        memory.Dispose();
        if (ownsStream) stream.Dispose();
    }

    internal DeviceStream Stream => stream;

    /// <summary>Runs a step and records it.</summary>
    /// <param name="step">What to run; it may be recorded any number of times.</param>
    /// <param name="x">A value on this tape.</param>
    /// <exception cref="ArgumentException">The step takes another shape, or <paramref name="x"/> is on another tape.</exception>
    /// <exception cref="InvalidOperationException">The tape was reset since <paramref name="x"/> was recorded.</exception>
    public Traced Apply(Step step, Traced x)
    {
        ArgumentNullException.ThrowIfNull(step);
        var input = NodeOf(x);
        int n = input.Value.Batch;
        if (input.Value.Shape != step.Input)
            throw new ArgumentException($"The step takes {step.Input}, not {input.Value.Shape}.", nameof(x));
        var y = NewTensor(n, step.Output);
        var saved = new Saved(Allocate(n * step.Memory.SavedPerExample), Allocate(step.Memory.SavedFixed));
        using var held = Hold(step.Parameters);
        ReadParameters(step.Parameters);
        step.Forward(Pass(n), input.Value.View, y.View, saved);
        bool needsGradient = input.NeedsGradient || step.Parameters.Any(p => p.RequiresGradient);
        return Record(new TapeNode.OfStep(step, input, y, saved, needsGradient));
    }

    /// <summary>Runs a step with a residual and records it.</summary>
    /// <param name="step">What to run; it may be recorded any number of times.</param>
    /// <param name="x">What its convolution reads, on this tape.</param>
    /// <param name="residual">What is added, on this tape; may be <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">The step takes other shapes, or a value is on another tape or of another batch.</exception>
    /// <exception cref="InvalidOperationException">The tape was reset since a value was recorded.</exception>
    public Traced Apply(ResidualStep step, Traced x, Traced residual)
    {
        ArgumentNullException.ThrowIfNull(step);
        TapeNode input = NodeOf(x), added = NodeOf(residual);
        int n = input.Value.Batch;
        CheckBranch(input.Value, 0, step.Input, n);
        CheckBranch(added.Value, 1, step.Output, n);
        var y = NewTensor(n, step.Output);
        var saved = new Saved(Allocate(n * step.Memory.SavedPerExample), Allocate(step.Memory.SavedFixed));
        using var held = Hold(step.Parameters);
        ReadParameters(step.Parameters);
        step.Forward(Pass(n), input.Value.View, added.Value.View, y.View, saved);
        bool needsGradient = input.NeedsGradient || added.NeedsGradient || step.Parameters.Any(p => p.RequiresGradient);
        return Record(new TapeNode.OfResidual(step, input, added, y, saved, needsGradient));
    }

    /// <summary>Runs a merge and records it.</summary>
    /// <param name="step">What to run.</param>
    /// <param name="inputs">Values on this tape, as many as it takes, of one batch.</param>
    /// <exception cref="ArgumentException">The step takes other shapes or another number of inputs, or one is on another tape.</exception>
    /// <exception cref="InvalidOperationException">The tape was reset since an input was recorded.</exception>
    public Traced Apply(MergeStep step, params ReadOnlySpan<Traced> inputs)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (inputs.Length != step.Inputs.Count)
            throw new ArgumentException($"The step takes {step.Inputs.Count} inputs, not {inputs.Length}.", nameof(inputs));
        var from = new TapeNode[inputs.Length];
        var views = new DeviceView[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            from[i] = NodeOf(inputs[i]);
            views[i] = from[i].Value.View;
            CheckBranch(from[i].Value, i, step.Inputs[i], from[0].Value.Batch);
        }

        var y = NewTensor(from[0].Value.Batch, step.Output);
        step.Forward(Pass(y.Batch), views, y.View);
        GC.KeepAlive(from);
        return Record(new TapeNode.OfMerge(step, from, views, y, from.Any(f => f.NeedsGradient)));
    }

    /// <summary>Records a whole network as one value with a backward pass of its own.</summary>
    /// <param name="x">What it read.</param>
    /// <param name="output">What it gave.</param>
    /// <param name="learns">Whether a parameter of its own needs a gradient.</param>
    /// <param name="backward">
    /// Takes the gradient of the output, memory for that of the input, which is none where it is not needed, and whether to add to what is
    /// already there.
    /// </param>
    internal Traced Record(Traced x, Tensor output, bool learns, Action<DeviceView, DeviceView, bool> backward)
    {
        var input = NodeOf(x);
        return Record(new TapeNode.OfNetwork(backward, input, output, input.NeedsGradient || learns));
    }

    internal void Backward(Traced from, Action<DeviceView> writeGradient)
    {
        var last = NodeOf(from);
        int index = nodes.IndexOf(last);
        if (!last.NeedsGradient)
            throw new InvalidOperationException("Nothing before this value needs a gradient: no parameter, and no input that asked for one.");
        foreach (var node in nodes) node.Gradient = default;
        writeGradient(GradientOf(last));
        for (int i = index; i >= 0; i--)
        {
            if (nodes[i].Gradient.IsNone) continue;
            stream.Writes(nodes[i].Gradient);
            nodes[i].GoBack(this);
        }
    }

    internal Pass Pass(int batch) => new(stream, batch, seed, step);

    internal DeviceView GradientOf(TapeNode node)
    {
        if (node.Gradient.IsNone) node.Gradient = memory.Allocate(node.Value.Batch * node.Value.Shape.Length);
        stream.Writes(node.Gradient);
        return node.Gradient;
    }

    internal TapeNode NodeOf(Traced traced)
    {
        if (traced.Tape != this) throw new ArgumentException("The value was recorded on another tape.", nameof(traced));
        // A value from outside and its memory survive a reset, but its place in the recording does not.
        lifetime.Check(traced.Node.Generation, traced.Node.Value.Shape);
        stream.Reads(traced.Value.View);
        return traced.Node;
    }

    /// <summary>The gradient that a backward pass left, valid until the reset as the values are.</summary>
    internal Tensor GradientTensor(TapeNode node) => new(node.Gradient, node.Value.Batch, node.Value.Shape, lifetime);

    /// <summary>Memory until the reset, for this tape's stream to write.</summary>
    internal DeviceView Allocate(long length)
    {
        var view = memory.Allocate(length);
        stream.Writes(view);
        return view;
    }

    internal Tensor NewTensor(int batch, in Shape shape) => new(Allocate(batch * shape.Length), batch, shape, lifetime);

    // Others may serve with the same parameters meanwhile, and a step may move running statistics, which are not among those that it lists. All are of one set.
    static ParameterSet.Access Hold(IReadOnlyList<Parameter> parameters) => parameters.Count == 0 ? default : parameters[0].Set.Write();

    void ReadParameters(IReadOnlyList<Parameter> parameters)
    {
        foreach (var parameter in parameters)
        {
            parameter.Set.ReadBy(stream);
            parameter.Set.WriteBuffersBy(stream);
        }
    }

    static void CheckBranch(in Tensor value, int index, in Shape shape, int batch)
    {
        if (value.Shape != shape) throw new ArgumentException($"Input {index} of the step is {shape}, not {value.Shape}.", nameof(value));
        if (value.Batch != batch)
            throw new ArgumentException(
                $"All inputs must have one batch size, but input 0 has {batch} examples and input {index} has {value.Batch}.", nameof(value));
    }

    Traced Record(TapeNode node)
    {
        node.Generation = lifetime.Generation;
        nodes.Add(node);
        return new Traced(this, node);
    }
}
