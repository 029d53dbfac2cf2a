using Nin.Generators.Layers;
using Nin.Shapes.Sizes;

namespace Nin.Generators.Planning;

/// <summary>When things happen in a training step: forward steps, loss, backward steps from last to first.</summary>
readonly record struct Timeline(int Steps)
{
    /// <summary>Loss and gradient of the output.</summary>
    public int Loss => Steps;

    /// <summary>After the last step, when results are read.</summary>
    public int End => 2 * Steps + 1;

    /// <summary>When a step goes forward.</summary>
    public static int Forward(int step) => step;

    /// <summary>When it goes backward.</summary>
    public int Backward(int step) => 2 * Steps - step;
}

/// <summary>How the gradient of one input is made.</summary>
enum GradientWrite
{
    /// <summary>Written, as the first of its readers does.</summary>
    Write,

    /// <summary>Added to what a later reader wrote before.</summary>
    Accumulate,

    /// <summary>The gradient of the input is that of the value, in the same memory under another name: nothing runs.</summary>
    Alias,
}

/// <summary>
/// The memory of a training step: values, what gradients keep besides them, and gradients. What no gradient reads dies as soon as its last
/// reader ran, and a gradient dies when its step has gone backward. A value that its reader computes again has memory twice, while that step runs forward and
/// backward.
/// </summary>
sealed class TrainingPlan
{
    readonly StepGraph graph;
    readonly Timeline time;
    readonly Slot?[] saved, again;
    readonly long[] savedFixed;
    readonly Slot?[] gradients;
    readonly GradientWrite[][] writes;
    readonly HashSet<int> begun = [];

    public TrainingPlan(StepGraph graph)
    {
        this.graph = graph;
        int count = graph.Steps.Count;
        time = new(count);
        saved = new Slot?[count];
        savedFixed = new long[count];
        gradients = new Slot?[count];
        writes = [.. graph.Steps.Select(s => new GradientWrite[s.Inputs.Count])];
        again = [.. graph.Steps.Select((step, i) => graph.ComputedBy(i) is { } by ? new Slot(step.Length, time.Backward(by), time.Backward(by)) : null)];
        Values = new ValueMemory(graph, step => step.Role == StepRole.Aliases, LastRead, value => Timeline.Forward(graph.ComputedBy(value) ?? value));
        OutputGradient = new(graph.Steps[graph.Output].Length, time.Loss, time.End);
        Loss = new(StepMemory.LossPerExample, time.Loss, time.End);
        PlanSaved();
        PlanGradients();

        Slots = [.. Values.Slots, .. again.OfType<Slot>(), .. saved.OfType<Slot>(), .. gradients.OfType<Slot>().Append(OutputGradient).Distinct(), Loss];
        PerExample = Packing.Pack(Slots);
    }

    /// <summary>Where the values are.</summary>
    public ValueMemory Values { get; }

    /// <summary>The gradient of the output, which stays to the end.</summary>
    public Slot OutputGradient { get; }

    /// <summary>Labels, losses and hits.</summary>
    public Slot Loss { get; }

    /// <summary>All that grows with the batch.</summary>
    public IReadOnlyList<Slot> Slots { get; }

    /// <summary>Elements that one example takes.</summary>
    public long PerExample { get; }

    /// <summary>Elements that are taken whatever the batch. They are all alive at the loss, so none can be reused.</summary>
    public long Fixed { get; private set; }

    /// <summary>Where a value is computed again for the gradient of its reader; null where it is kept.</summary>
    public Slot? Again(int value) => value < 0 ? null : again[value];

    /// <summary>What a step keeps for its gradient; null where it leaves nothing.</summary>
    public Slot? Saved(int step) => saved[step];

    /// <summary>Where the part of it that does not grow with the batch starts.</summary>
    public long SavedFixed(int step) => savedFixed[step];

    /// <summary>The gradient of a step's value.</summary>
    public Slot Gradient(int value) => gradients[value]!;

    /// <summary>How a step writes the gradient of one of its inputs. That of the network's input is the caller's memory.</summary>
    public GradientWrite Write(int step, int input) => writes[step][input];

    /// <summary>
    /// The last step with which a pass may begin to train and still use a slot, where what is before runs as in inference: the steps of the
    /// values, what they keep and the gradients in it, and the readers of the values.
    /// </summary>
    public IReadOnlyDictionary<Slot, int> LastStarts()
    {
        Dictionary<Slot, int> last = [];
        for (int i = 0; i < graph.Steps.Count; i++)
        {
            if (Values[i] is { } value) Use(value, i == graph.Output ? graph.Steps.Count : graph.Readers(i).Max());
            if (again[i] is { } computed) Use(computed, i);
            if (saved[i] is { } kept) Use(kept, i);
            Use(gradients[i]!, i);
        }

        Use(OutputGradient, graph.Steps.Count);
        Use(Loss, graph.Steps.Count);
        return last;

        void Use(Slot slot, int start) => last[slot] = Math.Max(start, last.TryGetValue(slot, out int found) ? found : 0);
    }

    int LastRead(int value)
    {
        if (value == graph.Output) return time.End;

        int last = graph.Readers(value).Max(reader =>
            graph.Steps[reader].KeepsInput(value) && graph.ComputedBy(value) is null ? time.Backward(reader) : Timeline.Forward(reader));
        return graph.ReadsOutput(value) ? Math.Max(last, time.Backward(value)) : last;
    }

    void PlanSaved()
    {
        for (int i = 0; i < saved.Length; i++)
        {
            StepMemory memory = graph.Steps[i].Memory;
            if (memory.SavedPerExample > 0) saved[i] = new(memory.SavedPerExample, Timeline.Forward(i), time.Backward(i));
            savedFixed[i] = Fixed;
            Fixed += memory.SavedFixed;
        }
    }

    void PlanGradients()
    {
        gradients[graph.Output] = OutputGradient;
        for (int i = graph.Output; i >= 0; i--)
        {
            gradients[i]!.Extend(time.Backward(i));
            for (int input = 0; input < writes[i].Length; input++) writes[i][input] = PlanGradient(i, input);
        }
    }

    GradientWrite PlanGradient(int step, int input)
    {
        StepNode node = graph.Steps[step];
        int value = node.Inputs[input];
        if (!begun.Add(value)) return GradientWrite.Accumulate;
        if (value == StepNode.NetworkInput) return GradientWrite.Write;

        // The last input that a sum passes its gradient to may take it over; the others need copies. So does one that depends on no parameter,
        // from a step that does: it may have no gradient where the step has one.
        bool together = graph.NeedsGradient(value) == graph.NeedsGradient(step);
        bool isLastOfSum = node.Role == StepRole.Adds && input == node.Inputs.Count - 1;
        // What is masked by a ReLU after the sum is written, in the same place.
        bool aliases = node.Role == StepRole.Aliases || (isLastOfSum && together && !graph.ReadsOutput(step));
        bool overwrites = node.Memory.CanOverwriteGradient || isLastOfSum || (node.Role == StepRole.AddsFirst && input == 0);
        bool shares = aliases || (overwrites && together);
        gradients[value] = shares ? gradients[step] : new(graph.Steps[value].Length, time.Backward(step), time.Backward(step));
        return aliases ? GradientWrite.Alias : GradientWrite.Write;
    }
}
