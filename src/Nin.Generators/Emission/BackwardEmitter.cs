using Nin.Generators.Layers;
using Nin.Generators.Planning;
using Nin.Generators.Source;
using static System.FormattableString;

namespace Nin.Generators.Emission;

/// <summary>
/// The backward pass, step by step from the last. The gradient of a value with several readers is a sum in that order: the first one
/// writes it, the others add. A value has one only where something before it is trained, which is known when the pass runs, or where the gradient of the
/// network's input is asked for: <c>arena.Needs</c> says so.
/// </summary>
sealed class BackwardEmitter(NetworkParts parts, SourceWriter writer) : MethodEmitter(parts, writer)
{
    TrainingPlan Plan => Parts.Training;

    public static void Emit(NetworkParts parts, SourceWriter writer) => new BackwardEmitter(parts, writer).Emit();

    void Emit()
    {
        Open("void", "RunBackward", ", global::Nin.DeviceView inputGradient, bool accumulate");
        int layer = -1;
        for (int i = Graph.Output; i >= 0; i--)
        {
            StepNode step = Graph.Steps[i];
            bool isAlias = !step.IsMerge && Plan.Write(i, 0) == GradientWrite.Alias;
            if (step.Layers[0] != layer) Comment(i, isAlias ? ", the same memory" : "");
            layer = step.Layers[0];
            if (step.IsMerge) EmitMerge(i, step);
            else if (isAlias) EmitAlias(i, step.Inputs[0]);
            else if (step.Role == StepRole.AddsFirst) EmitResidual(i, step);
            else EmitStep(i, step);
        }

        Writer.Close();
    }

    /// <summary>The gradient of a value gets the name of its input's gradient as well.</summary>
    void EmitAlias(int i, int input)
    {
        Gradient(i);
        Gradient(input, by: i);
    }

    void EmitStep(int i, StepNode step)
    {
        string dy = Gradient(i);
        string x = step.Memory.ReadsInput ? $", x: {InputOf(step)}" : "";
        string y = Graph.ReadsOutput(i) ? $", y: {View(Plan.Values, i)}" : "";
        string dx = Gradient(step.Inputs[0], by: i);
        string saved = ForwardEmitter.Saved(Plan, step, i) is { Length: > 0 } text ? $", saved: {text}" : "";
        string accumulate = Argument("accumulate", Adds(i, 0));
        string mask = Graph.Masks(i) ? ", mask: true" : "";
        string before = ForwardEmitter.Before(Plan, Graph, step);
        Writer.Call($"{Needs(i)}{step.Path}.Backward(", $"pass, {dy}, {dx}{x}{y}{saved}{accumulate}{mask}{before}");
    }

    /// <summary>The value that a step computes from, or the memory in which it computes that again.</summary>
    string InputOf(StepNode step) =>
        step.ComputesInput ? View(step.Input, Plan.Again(step.Input)!, "", holder => holder ?? Slot(Plan.Again(step.Input)!)) : View(Plan.Values, step.Input);

    void EmitResidual(int i, StepNode step)
    {
        string dy = Gradient(i);
        string x = InputOf(step);
        string y = Graph.ReadsOutput(i) ? $", y: {View(Plan.Values, i)}" : "";
        string dResidual = Gradient(step.Inputs[0], by: i), dx = Gradient(step.Inputs[1], by: i);
        string saved = ForwardEmitter.Saved(Plan, step, i);
        string accumulate = Argument("accumulate", Adds(i, 1)) + Argument("accumulateResidual", Adds(i, 0));
        string before = ForwardEmitter.Before(Plan, Graph, step);
        Writer.Call($"{Needs(i)}{step.Path}.Backward(", $"pass, {dy}, {dx}, {dResidual}, {x}{y}, saved: {saved}{accumulate}{before}");
    }

    void EmitMerge(int i, StepNode step)
    {
        string dy = Gradient(i);
        string reads = step.Memory.ReadsInput ? $", {Inputs(Plan.Values, step)}" : Graph.ReadsOutput(i) ? $", y: {View(Plan.Values, i)}" : "";
        for (int input = 0; input < step.Inputs.Count; input++)
        {
            int value = step.Inputs[input];
            string dx = Gradient(value, by: i);
            if (Plan.Write(i, input) == GradientWrite.Alias) continue;

            Writer.Call($"{Needs(value)}{step.Path}.Backward(", Invariant($"pass, {input}, {dy}, {dx}, {Named(Adds(i, input))}{reads}"));
        }
    }

    /// <summary>The local variable of a value's gradient.</summary>
    /// <param name="value">Which.</param>
    /// <param name="by">The step that writes it; null for that of the output, which the loss writes.</param>
    string Gradient(int value, int? by = null) => value == StepNode.NetworkInput
        ? "inputGradient"
        : View(value, Plan.Gradient(value), prefix: "d", holder => Memory(value, by, holder));

    string Memory(int value, int? by, string? holder)
    {
        Slot slot = Plan.Gradient(value);
        if (by is not { } step) return Slot(slot);
        // A step of one input that learns nothing has a gradient where its input has one.
        if (holder is not null && Graph.Steps[step] is { HasParameters: false, Inputs.Count: 1 }) return holder;

        return holder is null ? Invariant($"arena.Gradient({value}, {slot.Offset}, {slot.Length})") : Invariant($"arena.Gradient({value}, {holder})");
    }

    /// <summary>The expression that says whether a gradient is added to another.</summary>
    string Adds(int step, int input)
    {
        bool adds = Plan.Write(step, input) == GradientWrite.Accumulate;
        bool isCallers = Graph.Steps[step].Inputs[input] == StepNode.NetworkInput;
        return isCallers && !adds ? "accumulate" : Literal.Flag(adds);
    }

    /// <summary>A trailing argument, left out where it is the default.</summary>
    static string Argument(string name, string value) => value == Literal.Flag(false) ? "" : $", {name}: {value}";

    /// <summary>The argument <c>accumulate</c>, with its name where its value does not say it.</summary>
    static string Named(string accumulate) => accumulate == "accumulate" ? accumulate : $"accumulate: {accumulate}";

    /// <summary>The condition before a call that runs only where a value has a gradient.</summary>
    static string Needs(int value) =>
        value == StepNode.NetworkInput ? "if (!inputGradient.IsNone) " : Invariant($"if (arena.Needs({value})) ");
}
