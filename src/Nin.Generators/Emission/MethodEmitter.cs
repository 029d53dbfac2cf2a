using Nin.Generators.Layers;
using Nin.Generators.Planning;
using Nin.Generators.Source;
using Nin.Generators.Spec;
using static System.FormattableString;

namespace Nin.Generators.Emission;

/// <summary>
/// What the three methods that run a network have in common: values and gradients as local variables, and one comment per layer. Each value has a
/// name of its own; where it takes the place of another, the line that declares it says so: <c>var dropout1 = pool1; // in its place</c>.
/// </summary>
abstract class MethodEmitter(NetworkParts parts, SourceWriter writer)
{
    readonly LocalNames names = new(parts.Properties);
    readonly Dictionary<(string Prefix, int Value), string> locals = [];
    readonly Dictionary<Slot, string> holders = [];
    bool isFirst = true;

    protected NetworkParts Parts => parts;

    protected SourceWriter Writer => writer;

    protected StepGraph Graph => parts.Graph;

    protected static string Slot(Slot slot) => Invariant($"arena.Slot({slot.Offset}, {slot.Length})");

    /// <summary>Opens an override of one of the three methods.</summary>
    protected void Open(string returns, string method, string more = "")
    {
        writer.Line().Line("/// <inheritdoc/>");
        const string parameters = "in global::Nin.Pass pass, in global::Nin.Arena arena, global::Nin.DeviceView input";
        writer.Open($"protected override {returns} {method}({parameters}{more})");
    }

    /// <summary>The comment that opens a layer: its name and shapes.</summary>
    protected void Comment(int step, string remark = "")
    {
        if (!isFirst) writer.Line();
        isFirst = false;
        writer.Line($"// {Heading(step)}{remark}");
    }

    /// <summary>True where a step is its layer's first.</summary>
    protected bool Opens(int step) => step == 0 || Graph.Steps[step - 1].Layers[0] != Graph.Steps[step].Layers[0];

    /// <summary>The condition before a step's call: a pass runs the steps of its part of the network.</summary>
    protected static string Runs(int step) => Invariant($"if (arena.Runs({step})) ");

    /// <summary>The local variable of a value, which is declared the first time.</summary>
    protected string View(ValueMemory values, int value) =>
        values[value] is { } slot ? View(value, slot, "", holder => holder ?? Slot(slot)) : "input";

    /// <summary>The local variable of a value or gradient, which is declared the first time.</summary>
    /// <param name="value">Which.</param>
    /// <param name="slot">Where it is.</param>
    /// <param name="prefix">What a name begins with.</param>
    /// <param name="memory">The expression for it, from the variable that stands in the same place, or null.</param>
    protected string View(int value, Slot slot, string prefix, Func<string?, string> memory)
    {
        if (locals.TryGetValue((prefix, value), out string? local)) return local;

        local = names.Name(Graph.Steps[value].Name, prefix);
        locals.Add((prefix, value), local);
        holders.TryGetValue(slot, out string? holder);
        writer.Line($"var {local} = {memory(holder)};{(holder is null ? "" : " // in its place")}");
        holders[slot] = local;
        return local;
    }

    /// <summary>The values that a step reads, as one argument.</summary>
    protected string Inputs(ValueMemory values, StepNode step)
    {
        // A residual comes after what the step computes from.
        IEnumerable<int> inputs = step.Role == StepRole.AddsFirst ? step.Inputs.Reverse() : step.Inputs;
        string views = string.Join(", ", inputs.Select(input => View(values, input)));
        return step.IsMerge ? $"[{views}]" : views;
    }

    string Heading(int step)
    {
        IReadOnlyList<int> layers = Graph.Steps[step].Layers;
        LayerSpec[] specs = [.. layers.Select(i => parts.Spec.Layers[i])];
        IEnumerable<Shape> shapes = specs.SelectMany(s => s.InputShapes.Where((_, i) => !layers.Contains(s.Inputs[i])));
        return $"{string.Join(", ", specs.Select(s => s.Name))}: {string.Join(" and ", shapes)} -> {specs[specs.Length - 1].Output}";
    }
}
