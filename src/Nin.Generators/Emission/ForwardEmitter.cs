using Nin.Generators.Layers;
using Nin.Generators.Planning;
using Nin.Generators.Source;
using static System.FormattableString;

namespace Nin.Generators.Emission;

/// <summary>The forward pass of inference.</summary>
sealed class InferenceEmitter(NetworkParts parts, SourceWriter writer) : MethodEmitter(parts, writer)
{
    ValueMemory Values => Parts.Inference.Values;

    public static void Emit(NetworkParts parts, SourceWriter writer) => new InferenceEmitter(parts, writer).Emit();

    void Emit()
    {
        Open("global::Nin.DeviceView", "RunInference");
        for (int i = 0; i < Graph.Steps.Count; i++) EmitStep(i);
        Writer.Line().Line($"return {View(Values, Graph.Output)};").Close();
    }

    void EmitStep(int i)
    {
        StepNode step = Graph.Steps[i];
        if (Opens(i)) Comment(i, step.Role == StepRole.Drops ? ", the identity" : Values.Aliases(i) ? ", the same memory" : "");
        string inputs = Inputs(Values, step);
        string output = View(Values, i);
        if (!Values.Aliases(i)) Writer.Call($"{Runs(i)}{step.Path}.{(step.IsMerge ? "Forward" : "Infer")}(", $"pass, {inputs}, {output}");
    }
}

/// <summary>The forward pass of training.</summary>
sealed class ForwardEmitter(NetworkParts parts, SourceWriter writer) : MethodEmitter(parts, writer)
{
    ValueMemory Values => Parts.Training.Values;

    public static void Emit(NetworkParts parts, SourceWriter writer) => new ForwardEmitter(parts, writer).Emit();

    /// <summary>What a step keeps for its gradient; empty where it leaves nothing.</summary>
    public static string Saved(TrainingPlan plan, StepNode step, int index)
    {
        if (step.Memory is { SavedPerExample: 0, SavedFixed: 0 }) return "";

        string perExample = plan.Saved(index) is { } slot ? Slot(slot) : "default";
        string @fixed = step.Memory.SavedFixed > 0
            ? Invariant($"arena.Fixed({plan.SavedFixed(index)}, {step.Memory.SavedFixed})")
            : "default";
        return $"new global::Nin.Saved({perExample}, {@fixed})";
    }

    /// <summary>What the step before keeps, as a trailing argument of a step that computes its input from it; empty for others.</summary>
    public static string Before(TrainingPlan plan, StepGraph graph, StepNode step) =>
        step.ComputesInput ? $", before: {Saved(plan, graph.Steps[step.Input], step.Input)}" : "";

    void Emit()
    {
        Open("global::Nin.DeviceView", "RunForward");
        for (int i = 0; i < Graph.Steps.Count; i++) EmitStep(i);
        Writer.Line().Line($"return {View(Values, Graph.Output)};").Close();
    }

    void EmitStep(int i)
    {
        StepNode step = Graph.Steps[i];
        bool overwrites = step.Memory.CanOverwrite && Values[i] == Values[step.Inputs[0]];
        bool isLeftOut = Graph.ComputedBy(i) is not null;
        if (Opens(i)) Comment(i, Values.Aliases(i) ? ", the same memory" : overwrites ? ", over its input" : isLeftOut ? ", computed again where it is read" : "");
        string inputs = Inputs(Values, step);
        string output = isLeftOut ? "y: default" : View(Values, i);
        if (Values.Aliases(i)) return;

        string saved = Saved(Parts.Training, step, i) is { Length: > 0 } text ? $", {(isLeftOut ? "saved: " : "")}{text}" : "";
        Writer.Call($"{Runs(i)}{step.Path}.Forward(", $"pass, {inputs}, {output}{saved}{Before(Parts.Training, Graph, step)}");
    }
}
