using Nin.Generators.Planning;
using static System.FormattableString;

namespace Nin.Generators.Emission;

/// <summary>
/// The backward pass, step by step from the last. The gradient of a value with several readers is a sum in that order: the first one met
/// writes it, the others add. Values before every parameter have one only where the gradient of the network's input is asked for.
/// </summary>
sealed class BackwardEmitter(NetworkParts parts, SourceWriter writer) : MethodEmitter(parts, writer)
{
    const string NoInputGradient = "inputGradient.IsNone";

    TrainingPlan Plan => Parts.Training;

    public static void Emit(NetworkParts parts, SourceWriter writer) => new BackwardEmitter(parts, writer).Emit();

    void Emit()
    {
        Open("void", "RunBackward", ", global::Nin.DeviceView inputGradient, bool accumulate");
        int layer = -1;
        for (int i = Graph.Output; i >= 0; i--)
        {
            StepNode step = Graph.Steps[i];
            bool renames = !step.IsMerge && Plan.Write(i, 0) == GradientWrite.Rename;
            if (step.Layers[0] != layer) Comment(i, renames ? ", as it lies" : "");
            layer = step.Layers[0];
            if (step.IsMerge) EmitMerge(i, step);
            else if (!renames) EmitStep(i, step);
        }

        Writer.Close();
    }

    void EmitStep(int i, StepNode step)
    {
        string dy = Gradient(i);
        string x = step.Memory.ReadsInput ? $", x: {View(Plan.Values, step.Inputs[0])}" : "";
        string y = Graph.ReadsOutput(i) ? $", y: {View(Plan.Values, i)}" : "";
        string dx = Gradient(step.Inputs[0]);
        string saved = ForwardEmitter.Saved(Plan, step, i) is { Length: > 0 } text ? $", saved: {text}" : "";
        string accumulate = Adds(i, 0) switch
        {
            "accumulate: false" => "",
            "accumulate" => ", accumulate: accumulate",
            string adds => $", {adds}",
        };
        string mask = Graph.Masks(i) ? ", mask: true" : "";
        if (dx == dy) Writer.Line($"// {dy} becomes the gradient of {Graph.Steps[step.Inputs[0]].Name}.");
        Writer.Call($"{Condition(i)}{step.Path}.Backward(", $"pass, {dy}, {dx}{x}{y}{saved}{accumulate}{mask}");
    }

    void EmitMerge(int i, StepNode step)
    {
        string dy = Gradient(i);
        for (int input = 0; input < step.Inputs.Count; input++)
        {
            int value = step.Inputs[input];
            if (Plan.Write(i, input) == GradientWrite.Rename)
            {
                Writer.Line($"// The gradient of {Graph.Steps[value].Name} is {dy} itself.");
                continue;
            }

            string dx = Gradient(value);
            Writer.Call($"{Condition(value)}{step.Path}.Backward(", Invariant($"pass, {input}, {dy}, {dx}, {Adds(i, input)}"));
        }
    }

    /// <summary>The local variable of a value's gradient.</summary>
    string Gradient(int value) => value == StepNode.NetworkInput
        ? "inputGradient"
        : View(Plan.Gradient(value), Graph.Steps[value].Name, prefix: "d", noneIf: Graph.NeedsGradient(value) ? null : NoInputGradient);

    /// <summary>The argument that says whether a gradient is added to another.</summary>
    string Adds(int step, int input)
    {
        bool adds = Plan.Write(step, input) == GradientWrite.Accumulate;
        bool isCallers = Graph.Steps[step].Inputs[input] == StepNode.NetworkInput;
        return isCallers && !adds ? "accumulate" : $"accumulate: {Literal.Flag(adds)}";
    }

    /// <summary>What a call stands behind that runs only where a value has a gradient.</summary>
    string Condition(int value) => Graph.NeedsGradient(value) ? "" : $"if (!{NoInputGradient}) ";
}
