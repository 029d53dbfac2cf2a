using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Planning;
using Nin.Generators.Source;
using Nin.Generators.Spec;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Emission;

/// <summary>
/// The whole graph as data, and the memory plan, in a class of their own: the order of static fields in the two halves of a class is not
/// defined, and one of the user's half may hold a network.
/// </summary>
static class DeclaredEmitter
{
    const int ArgumentsALine = 4;
    const int ParametersALine = 1;
    const int SlotsALine = 5;

    public static void Emit(NetworkParts parts, Shape input, SourceWriter writer)
    {
        NetworkSpec spec = parts.Spec;
        writer.Line().Line("/// <summary>What is known while compiling. In a class of its own it exists before any static field of the network.</summary>");
        writer.Open("static class Declared");
        EmitPlan(parts, writer);
        writer.Line().Line("internal static readonly global::Nin.Architecture Architecture = new(");
        writer.Deeper($"""
            "{spec.ClassName.TrimStart('@')}",
            {Literal.Value(input)},
            global::Nin.Init.{spec.Init},
            [
            """);
        foreach (LayerSpec layer in spec.Layers) writer.Deeper(Layer(layer, input));
        writer.Deeper("]);").Close();
    }

    static void EmitPlan(NetworkParts parts, SourceWriter writer)
    {
        writer.Line(Invariant($"""
            // Elements of a session's memory, planned from when each tensor is written first and read last: for one example where they
            // grow with the batch. Slots are multiples of {SlotSize.Floats}.
            internal static readonly global::Nin.MemoryPlan Plan = new(
                TrainingPerExample: {parts.Training.PerExample},
                TrainingFixed: {parts.Training.Fixed},
                InferencePerExample: {parts.Inference.PerExample},
                OutputGradient: {parts.Training.OutputGradient.Offset},
                Loss: {parts.Training.Loss.Offset})
            """));
        writer.Open();
        writer.Line("// What a pass needs to know of the steps to leave out those that are frozen: where a value is in training and in inference, how").Line(
            "// long it is, and the steps that it is made of.");
        writer.Line("Steps =").Line("[");
        for (int i = 0; i < parts.Graph.Steps.Count; i++) writer.Deeper(Invariant($"{Step(parts, i)}, // {i}: {parts.Graph.Steps[i].Name}"));
        writer.Line("],");
        writer.Line("// Offset, length, and the last step with which a pass may begin to train and still use it.").Line("Slots =").Line("[");
        IReadOnlyDictionary<Slot, int> last = parts.Training.LastStarts();
        string[] slots = [.. parts.Training.Slots.Select(slot => Invariant($"new({slot.Offset}, {slot.Size}, {last[slot]}),"))];
        for (int i = 0; i < slots.Length; i += SlotsALine) writer.Deeper(string.Join(" ", slots.Skip(i).Take(SlotsALine)));
        writer.Line("],").Close(";");
    }

    static string Step(NetworkParts parts, int index)
    {
        StepNode step = parts.Graph.Steps[index];
        long training = parts.Training.Values[index]?.Offset ?? -1, inference = parts.Inference.Values[index]?.Offset ?? -1;
        string more = step.DiffersInTraining ? " { DiffersInTraining = true }" : step.ComputesInput ? " { ComputesInput = true }" : "";
        return Invariant($"new({training}, {inference}, {step.Length}, {string.Join(", ", step.Inputs)}){more}");
    }

    static string Layer(LayerSpec spec, Shape input)
    {
        IEnumerable<string> parameters = spec.Parameters
            .Where(p => p.Role != ParameterRole.BatchesTracked)
            .Select(p => $"new(\"{p.Name}\", global::Nin.ParameterRole.{p.Role}, {string.Join(", ", p.Dims)})");
        IEnumerable<string> arguments = spec.Layer.Arguments.Select(a => $"new(\"{a.Name}\", {Literal.Real(a.Value)})");
        return string.Join(
            "\n",
            "    new global::Nin.LayerInfo(",
            $"        \"{spec.Name}\", \"{spec.Layer.DeclaredAs}\", {List(arguments, ArgumentsALine)},",
            $"        [{string.Join(", ", spec.Inputs)}], {Literal.Value(spec.Output)}, {List(parameters, ParametersALine)},",
            Invariant($"        Macs: {Literal.Count(spec.Macs)}, ReceptiveField: {spec.Field.Within(input)}),"));
    }

    /// <summary>A collection expression, of several lines where it is long.</summary>
    static string List(IEnumerable<string> items, int inLine)
    {
        string[] all = [.. items];
        if (all.Length <= inLine) return $"[{string.Join(", ", all)}]";

        IEnumerable<string> lines = Enumerable.Range(0, (all.Length + inLine - 1) / inLine)
            .Select(i => $"            {string.Join(", ", all.Skip(i * inLine).Take(inLine))},");
        return $"\n        [\n{string.Join("\n", lines)}\n        ]";
    }
}
