using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>One value on a tape, with the rule that gives its gradient to the values it was computed from.</summary>
abstract class TapeNode(Tensor value, bool needsGradient)
{
    bool isSpent;

    /// <summary>The value.</summary>
    public Tensor Value { get; } = value;

    /// <summary>Whether this value depends on a parameter, or on an input that asked for a gradient.</summary>
    public bool NeedsGradient { get; } = needsGradient;

    /// <summary>The gradient's memory, from the moment its first reader writes it; none before.</summary>
    public DeviceView Gradient { get; set; }

    /// <summary>The lifetime of the recording that it belongs to.</summary>
    public int Generation { get; set; }

    /// <summary>True for a value from outside, whose gradient nothing overwrites.</summary>
    public virtual bool KeepsGradient => false;

    /// <summary>Passes <see cref="Gradient"/> on; called after all readers of the value have passed theirs.</summary>
    /// <exception cref="InvalidOperationException">It was called before: steps overwrite what their forward pass saved.</exception>
    public void GoBack(Tape tape)
    {
        if (isSpent && !KeepsGradient)
            throw new InvalidOperationException(
                "A recording can go backward only once, because steps overwrite what they saved: record it again (reset the tape, or call ForwardTraining again).");
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

    /// <summary>The output of a step with a residual.</summary>
    public sealed class OfResidual(ResidualStep step, TapeNode input, TapeNode residual, Tensor value, Saved saved, bool needsGradient)
        : TapeNode(value, needsGradient)
    {
        private protected override void Backward(Tape tape)
        {
            bool accumulateResidual = !residual.Gradient.IsNone;
            var dResidual = residual.NeedsGradient ? tape.GradientOf(residual) : default;
            // The same value may be both: then the residual has begun its gradient.
            bool accumulate = !input.Gradient.IsNone;
            var dx = input.NeedsGradient ? tape.GradientOf(input) : default;
            foreach (var parameter in step.Parameters) parameter.Set.WriteGradientsBy(tape.Stream);
            step.Backward(
                tape.Pass(Value.Batch), Gradient, dx, dResidual, input.Value.View, Value.View, saved, accumulate, accumulateResidual);
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
                step.Backward(tape.Pass(Value.Batch), i, Gradient, tape.GradientOf(inputs[i]), accumulate, views, Value.View);
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

/// <summary>Memory that a tape hands out piece by piece and takes back all at once; it grows by whole buffers, so that views stay valid.</summary>
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
