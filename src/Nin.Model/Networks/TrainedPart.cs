using Nin.Shapes.Sizes;

namespace Nin;

/// <summary>
/// What a training pass does where parameters are frozen: steps before the first one that trains run as in inference, no gradient is computed that no
/// trained parameter needs, and memory of what is left out is not taken. It is a snapshot, made again when what is frozen changes.
/// </summary>
sealed class TrainedPart
{
    readonly bool[] needsGradient;
    readonly TrainingMemory memory;
    readonly Parameter[] before;

    /// <param name="plan">The network's plan.</param>
    /// <param name="parameters">The parameters of each step of it.</param>
    /// <param name="freezing">Which state of freezing this is of.</param>
    /// <param name="inputGradient">Whether the gradient of the network's input is asked for; then every step may go backward, and all run as in training.</param>
    public TrainedPart(MemoryPlan plan, IReadOnlyList<Parameter>[] parameters, long freezing, bool inputGradient)
    {
        (Freezing, HasInputGradient, FixedLength) = (freezing, inputGradient, plan.TrainingFixed);
        var steps = plan.Steps;
        needsGradient = new bool[steps.Count];
        // Where nothing is frozen, training takes what the class says of it.
        bool isWhole = inputGradient || parameters.All(step => step.All(p => p.IsTrained));
        int first = isWhole ? 0 : steps.Count;
        for (int i = 0; i < steps.Count; i++)
        {
            bool learns = parameters[i].Any(p => p.IsTrained);
            needsGradient[i] = learns || steps[i].Inputs.Any(input => input < 0 ? inputGradient : needsGradient[input]);
            if (learns || steps[i].DiffersInTraining) first = Math.Min(first, i);
        }

        // To run fewer steps as in inference takes less where that needs more memory than it saves; of equals, the one that runs most of them.
        bool[] divides = DividesPairs(steps);
        memory = Enumerable.Range(0, first + 1).Reverse().Where(start => !divides[start]).Select(start => new TrainingMemory(plan, start)).MinBy(m => m.PerExample)!;
        before = [.. parameters.Take(memory.FirstStep).SelectMany(step => step)];
    }

    // The steps with which no pass begins: after one whose value is computed again, up to the one that does, which needs what the first keeps in training.
    static bool[] DividesPairs(IReadOnlyList<PlannedStep> steps)
    {
        bool[] divides = new bool[steps.Count + 1];
        for (int i = 0; i < steps.Count; i++)
        {
            if (!steps[i].ComputesInput) continue;
            for (int start = steps[i].Inputs[^1] + 1; start <= i; start++) divides[start] = true;
        }

        return divides;
    }

    /// <summary>Which state of freezing it is of.</summary>
    public long Freezing { get; }

    /// <summary>Whether the gradient of the network's input is asked for.</summary>
    public bool HasInputGradient { get; }

    /// <summary>The first step that runs as in training; all before run as in inference.</summary>
    public int FirstStep => memory.FirstStep;

    /// <summary>Grows with each change of a parameter or buffer of the steps before that.</summary>
    public long VersionBefore
    {
        get
        {
            long sum = 0;
            foreach (var parameter in before) sum += parameter.Version;
            return sum;
        }
    }

    /// <summary>Elements that are taken whatever the batch.</summary>
    public long FixedLength { get; }

    /// <summary>Elements that one example takes.</summary>
    public long PerExample => memory.PerExample;

    /// <summary>Where the memory of the steps before begins, in elements per example.</summary>
    public long FrozenStart => memory.FrozenStart;

    /// <summary>The frozen steps whose values others read: they are copied from their place in inference to that in training.</summary>
    public IReadOnlyList<PlannedStep> Bridges => memory.Bridges;

    /// <summary>Whether the gradient of a step's value is computed.</summary>
    public bool NeedsGradient(int step) => needsGradient[step];

    /// <summary>Where a slot of the plan is, in elements per example; -1 where it is not used.</summary>
    public long Moved(long offset, long length) => memory.Moved(offset, length);
}

/// <summary>
/// The memory of a pass that trains from a step on: the slots of the plan that it uses, moved together over the gaps between them; and the slots of inference,
/// in which the steps before run first, in the place of slots that are not written yet.
/// </summary>
sealed class TrainingMemory
{
    readonly PlannedSlot[] gaps = [];

    public TrainingMemory(MemoryPlan plan, int firstStep)
    {
        (FirstStep, PerExample) = (firstStep, plan.TrainingPerExample);
        if (firstStep == 0) return;
        var steps = plan.Steps;
        Bridges = [.. Enumerable.Range(0, firstStep).Where(value => steps[value].Training >= 0 && IsRead(value)).Select(value => steps[value])];
        gaps = [.. Gaps(plan, firstStep)];
        FrozenStart = Free(plan.InferencePerExample);
        PerExample = Math.Max(plan.TrainingPerExample - gaps.Sum(g => g.Length), FrozenStart + plan.InferencePerExample);

        bool IsRead(int value) => value == steps.Count - 1 || Enumerable.Range(firstStep, steps.Count - firstStep).Any(i => steps[i].Inputs.Contains(value));
    }

    public int FirstStep { get; }

    public long PerExample { get; }

    public long FrozenStart { get; }

    public IReadOnlyList<PlannedStep> Bridges { get; } = [];

    public long Moved(long offset, long length)
    {
        long moved = offset;
        foreach (var gap in gaps)
        {
            if (gap.Offset + gap.Length <= offset) moved -= gap.Length;
            else if (gap.Offset < offset + length) return -1;
        }

        return moved;
    }

    // The lowest place for the slots of inference that covers no bridge.
    long Free(long length)
    {
        var bridges = Bridges.Select(b => (Start: Moved(b.Training, b.Length), End: Moved(b.Training, b.Length) + SlotSize.RoundUp(b.Length))).ToList();
        return bridges.Select(b => b.End).Append(0).Order().First(start => bridges.TrueForAll(b => b.End <= start || start + length <= b.Start));
    }

    static IEnumerable<PlannedSlot> Gaps(MemoryPlan plan, int firstStep)
    {
        long end = 0;
        foreach (var slot in plan.Slots.Where(s => s.LastStart >= firstStep).OrderBy(s => s.Offset))
        {
            if (slot.Offset > end) yield return new PlannedSlot(end, slot.Offset - end, firstStep);
            end = Math.Max(end, slot.Offset + slot.Length);
        }

        if (end < plan.TrainingPerExample) yield return new PlannedSlot(end, plan.TrainingPerExample - end, firstStep);
    }
}
