using Nin.Generators.Layers;

namespace Nin.Generators.Planning;

/// <summary>The memory of a forward pass without training.</summary>
sealed class InferencePlan
{
    public InferencePlan(StepGraph graph)
    {
        Values = new ValueMemory(
            graph,
            step => step.Role is StepRole.Aliases or StepRole.Drops,
            value => value == graph.Output ? graph.Steps.Count : graph.Readers(value).DefaultIfEmpty(value).Max());
        Slot[] slots = [.. Values.Slots];
        PerExample = Packing.Pack(slots);
        LowerBound = Packing.LowerBound(slots);
    }

    /// <summary>Where the values are.</summary>
    public ValueMemory Values { get; }

    /// <summary>Elements that one example takes.</summary>
    public long PerExample { get; }

    /// <summary>The lower bound of any plan.</summary>
    public long LowerBound { get; }
}
