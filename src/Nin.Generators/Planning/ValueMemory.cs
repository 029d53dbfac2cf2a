using Nin.Shapes.Sizes;

namespace Nin.Generators.Planning;

/// <summary>A piece of memory per example, from when it is first written until it is last read.</summary>
sealed class Slot(long length, int first, int last)
{
    /// <summary>Float32 elements.</summary>
    public long Length { get; } = length;

    /// <summary>Elements that it takes.</summary>
    public long Size { get; } = SlotSize.RoundUp(length);

    /// <summary>When it is first written.</summary>
    public int First { get; } = first;

    /// <summary>When it is last read.</summary>
    public int Last { get; private set; } = last;

    /// <summary>Where it starts; -1 until it is packed.</summary>
    public long Offset { get; set; } = -1;

    /// <summary>Where it ends.</summary>
    public long End => Offset + Size;

    /// <summary>Extends its life.</summary>
    public void Extend(int last) => Last = Math.Max(Last, last);

    /// <summary>Whether both are alive at some moment. What is read and what is written at one moment are both alive.</summary>
    public bool MeetsInTime(Slot other) => First <= other.Last && other.First <= Last;
}

/// <summary>
/// Which values share a slot: those that are only an alias of their input, and those that may overwrite it because nothing reads the input afterwards, neither
/// forward nor backward.
/// </summary>
sealed class ValueMemory
{
    readonly StepGraph graph;
    readonly Func<int, int> lastRead, written;
    readonly Func<StepNode, bool> aliases;
    readonly Slot?[] slots;
    readonly Dictionary<Slot, List<int>> members = [];

    /// <param name="graph">The steps.</param>
    /// <param name="aliases">Whether a step's value is its input.</param>
    /// <param name="lastRead">When a value is last read.</param>
    /// <param name="written">When it is written: by its own step, if not given.</param>
    public ValueMemory(StepGraph graph, Func<StepNode, bool> aliases, Func<int, int> lastRead, Func<int, int>? written = null)
    {
        this.graph = graph;
        this.aliases = aliases;
        this.lastRead = lastRead;
        this.written = written ?? (step => step);
        slots = new Slot?[graph.Steps.Count];
        for (int i = 0; i < slots.Length; i++) slots[i] = Place(i);
    }

    /// <summary>The distinct slots, in the order of time.</summary>
    public IEnumerable<Slot> Slots => slots.OfType<Slot>().Distinct();

    /// <summary>A value's slot; null where it is the network's input.</summary>
    public Slot? this[int value] => value < 0 ? null : slots[value];

    /// <summary>True where nothing runs for the step.</summary>
    public bool Aliases(int step) => aliases(graph.Steps[step]);

    Slot? Place(int step)
    {
        StepNode node = graph.Steps[step];
        int last = Math.Max(step, lastRead(step));
        Slot? input = this[node.Inputs[0]];
        if (Aliases(step) || (node.Memory.CanOverwrite && input is not null && members[input].All(m => lastRead(m) <= step)))
        {
            if (input is null) return null;
            input.Extend(last);
            members[input].Add(step);
            return input;
        }

        Slot slot = new(node.Length, written(step), last);
        members[slot] = [step];
        return slot;
    }
}
