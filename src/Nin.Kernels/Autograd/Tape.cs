using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// Records the steps that a program runs, to go back through them with gradients. Memory is the tape's own and is used again after
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

    /// <summary>A tape in the order of a stream that stays its owner's.</summary>
    internal Tape(DeviceStream stream, ulong seed = 0)
    {
        this.stream = stream;
        this.seed = seed;
        Device = stream.Device;
        memory = new TapeMemory(Device);
    }

    /// <summary>Where the steps run.</summary>
    public Device Device { get; }

    /// <summary>Bytes that the recorded values and their gradients take.</summary>
    public long Bytes => memory.Bytes;

    /// <summary>Starts a recording with a value from outside.</summary>
    /// <param name="value">The value; its memory must stand until the backward pass.</param>
    /// <param name="needsGradient">Whether its own gradient is wanted, too.</param>
    public Traced<TShape> Input<TShape>(Tensor<TShape> value, bool needsGradient = false)
        where TShape : struct, IShape => new(Input(value.Untyped, needsGradient));

    /// <inheritdoc cref="Input{TShape}"/>
    public Traced Input(Tensor value, bool needsGradient = false)
    {
        if (value.Device != Device) throw new ArgumentException($"The tensor is on {value.Device.Id}, the tape on {Device.Id}.", nameof(value));
        return Record(new TapeNode.Leaf(value, needsGradient));
    }

    /// <summary>Forgets what was recorded and uses the memory again: the next training step.</summary>
    public void Reset()
    {
        lifetime.End();
        nodes.Clear();
        memory.Reset();
        step++;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        lifetime.End();
        memory.Dispose();
        if (ownsStream) stream.Dispose();
    }

    internal DeviceStream Stream => stream;

    internal Traced Apply(Step step, Traced x)
    {
        var input = NodeOf(x);
        int n = input.Value.Batch;
        if (input.Value.Shape != step.Input)
            throw new ArgumentException($"The step takes {step.Input}, not {input.Value.Shape}.", nameof(x));
        var y = NewTensor(n, step.Output);
        var saved = new Saved(Allocate(n * step.Memory.SavedPerExample), Allocate(step.Memory.SavedFixed));
        ReadParameters(step);
        step.Forward(Pass(n), input.Value.View, y.View, saved);
        bool needsGradient = input.NeedsGradient || step.Parameters.Any(p => p.RequiresGradient);
        return Record(new TapeNode.OfStep(step, input, y, saved, needsGradient));
    }

    internal Traced Apply(MergeStep step, params ReadOnlySpan<Traced> inputs)
    {
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
        return Record(new TapeNode.OfMerge(step, from, views, y, from.Any(f => f.NeedsGradient)));
    }

    /// <summary>Records a whole network as one value, which goes back on its own.</summary>
    /// <param name="x">What it read.</param>
    /// <param name="output">What it gave.</param>
    /// <param name="learns">Whether a parameter of its own wants a gradient.</param>
    /// <param name="backward">
    /// Takes the gradient of the output, memory for that of the input, which is none where it is not needed, and whether to add to what
    /// stands there.
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
        // A value from outside outlives a reset with its memory, but not as a place in the recording.
        lifetime.Check(traced.Node.Generation, traced.Node.Value.Shape);
        stream.Reads(traced.Value.View);
        return traced.Node;
    }

    /// <summary>The gradient that a backward pass left, good until the reset as the values are.</summary>
    internal Tensor GradientTensor(TapeNode node) => new(node.Gradient, node.Value.Batch, node.Value.Shape, lifetime);

    /// <summary>Memory until the reset, for this tape's stream to write.</summary>
    internal DeviceView Allocate(long length)
    {
        var view = memory.Allocate(length);
        stream.Writes(view);
        return view;
    }

    internal Tensor NewTensor(int batch, in Shape shape) => new(Allocate(batch * shape.Length), batch, shape, lifetime);

    void ReadParameters(Step step)
    {
        foreach (var parameter in step.Parameters)
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
                $"Branches that meet have one batch, but input 0 has {batch} examples and input {index} has {value.Batch}.", nameof(value));
    }

    Traced Record(TapeNode node)
    {
        node.Generation = lifetime.Generation;
        nodes.Add(node);
        return new Traced(this, node);
    }
}

/// <summary>One value on a tape, with the rule that gives its gradient to the values it was computed from.</summary>
abstract class TapeNode(Tensor value, bool needsGradient)
{
    bool isSpent;

    /// <summary>The value.</summary>
    public Tensor Value { get; } = value;

    /// <summary>Whether a parameter, or an input that asked for it, stands before this value.</summary>
    public bool NeedsGradient { get; } = needsGradient;

    /// <summary>The gradient's memory, from the moment its first reader writes it; none before.</summary>
    public DeviceView Gradient { get; set; }

    /// <summary>The lifetime of the recording that it belongs to.</summary>
    public int Generation { get; set; }

    /// <summary>True for a value from outside, whose gradient nothing overwrites.</summary>
    public virtual bool KeepsGradient => false;

    /// <summary>Hands <see cref="Gradient"/> on; called after all readers of the value have handed theirs.</summary>
    /// <exception cref="InvalidOperationException">It was called before: steps overwrite what their forward pass saved.</exception>
    public void GoBack(Tape tape)
    {
        if (isSpent && !KeepsGradient)
            throw new InvalidOperationException(
                "A recording goes back once, because steps overwrite what they saved: record it again (reset the tape, or call ForwardTraining again).");
        isSpent = true;
        Backward(tape);
    }

    private protected abstract void Backward(Tape tape);

    /// <summary>A value from outside.</summary>
    public sealed class Leaf(Tensor value, bool needsGradient) : TapeNode(value, needsGradient)
    {
        public override bool KeepsGradient => true;

        private protected override void Backward(Tape tape)
        {
        }
    }

    /// <summary>The output of a step.</summary>
    public sealed class OfStep(Step step, TapeNode input, Tensor value, Saved saved, bool needsGradient) : TapeNode(value, needsGradient)
    {
        private protected override void Backward(Tape tape)
        {
            bool accumulate = !input.Gradient.IsNone;
            var dx = input.NeedsGradient ? tape.GradientOf(input) : default;
            foreach (var parameter in step.Parameters) parameter.Set.WriteGradientsBy(tape.Stream);
            step.Backward(tape.Pass(Value.Batch), Gradient, dx, input.Value.View, Value.View, saved, accumulate);
        }
    }

    /// <summary>The output of a merge.</summary>
    public sealed class OfMerge(MergeStep step, TapeNode[] inputs, DeviceView[] views, Tensor value, bool needsGradient)
        : TapeNode(value, needsGradient)
    {
        private protected override void Backward(Tape tape)
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                if (!inputs[i].NeedsGradient) continue;
                bool accumulate = !inputs[i].Gradient.IsNone;
                step.Backward(tape.Pass(Value.Batch), i, Gradient, tape.GradientOf(inputs[i]), accumulate, views);
            }
        }
    }

    /// <summary>The output of a whole generated network, which runs its own straight-line backward pass.</summary>
    public sealed class OfNetwork(Action<DeviceView, DeviceView, bool> backward, TapeNode input, Tensor value, bool needsGradient)
        : TapeNode(value, needsGradient)
    {
        private protected override void Backward(Tape tape)
        {
            bool accumulate = !input.Gradient.IsNone;
            backward(Gradient, input.NeedsGradient ? tape.GradientOf(input) : default, accumulate);
        }
    }
}

/// <summary>Memory that a tape hands out piece by piece and takes back all at once; it grows by whole buffers, so that views stay good.</summary>
sealed class TapeMemory(Device device) : IDisposable
{
    const long MinimumBuffer = 1 << 20;

    readonly List<DeviceBuffer> buffers = [];
    int current;
    long used;

    public long Bytes => buffers.Sum(b => b.Length) * sizeof(float);

    public DeviceView Allocate(long length)
    {
        if (length == 0) return default;
        long slot = SlotSize.RoundUp(length);
        while (current < buffers.Count && buffers[current].Length - used < slot)
        {
            current++;
            used = 0;
        }

        if (current == buffers.Count) buffers.Add(device.Allocate(Math.Max(slot, MinimumBuffer)));
        var view = buffers[current].View.Slice(used, length);
        used += slot;
        return view;
    }

    public void Reset()
    {
        current = 0;
        used = 0;
    }

    public void Dispose()
    {
        foreach (var buffer in buffers) buffer.Dispose();
        buffers.Clear();
    }
}
