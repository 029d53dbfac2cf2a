namespace Nin.Generators.Planning;

/// <summary>
/// Which values share a slot: what only renames its input, and what may overwrite it because nobody reads the input afterwards, neither
/// forward nor backward.
/// </summary>
sealed class ValueMemory
{
    readonly StepGraph graph;
    readonly Func<int, int> lastRead;
    readonly Func<StepNode, bool> renames;
    readonly Slot?[] slots;
    readonly Dictionary<Slot, List<int>> members = [];

    /// <param name="graph">The steps.</param>
    /// <param name="renames">Whether a step's value is its input.</param>
    /// <param name="lastRead">When a value is last read.</param>
    public ValueMemory(StepGraph graph, Func<StepNode, bool> renames, Func<int, int> lastRead)
    {
        this.graph = graph;
        this.renames = renames;
        this.lastRead = lastRead;
        slots = new Slot?[graph.Steps.Count];
        for (int i = 0; i < slots.Length; i++) slots[i] = Place(i);
    }

    /// <summary>The distinct slots, in the order of time.</summary>
    public IEnumerable<Slot> Slots => slots.OfType<Slot>().Distinct();

    /// <summary>A value's slot; null where it is the network's input.</summary>
    public Slot? this[int value] => value < 0 ? null : slots[value];

    /// <summary>True where nothing runs for the step.</summary>
    public bool Renames(int step) => renames(graph.Steps[step]);

    Slot? Place(int step)
    {
        StepNode node = graph.Steps[step];
        int last = Math.Max(step, lastRead(step));
        Slot? input = this[node.Inputs[0]];
        if (Renames(step) || (node.Memory.CanOverwrite && input is not null && members[input].All(m => lastRead(m) <= step)))
        {
            if (input is null) return null;
            input.Extend(last);
            members[input].Add(step);
            return input;
        }

        Slot slot = new(node.Length, step, last);
        members[slot] = [step];
        return slot;
    }
}
