using Nin.Generators.Planning;
using static System.FormattableString;

namespace Nin.Generators.Emission;

/// <summary>
/// The backward pass, step by step from the last. The gradient of a value with several readers is a sum in that order: the first one met
/// writes it, the others add.
/// </summary>
sealed class BackwardEmitter(NetworkParts parts, SourceWriter writer) : MethodEmitter(parts, writer)
{
    TrainingPlan Plan => Parts.Training;

    public static void Emit(NetworkParts parts, SourceWriter writer) => new BackwardEmitter(parts, writer).Emit();

    void Emit()
    {
        Open("void", "RunBackward");
        if (!Graph.NeedsGradient(Graph.Output)) Writer.Line("// Nothing is learnt.");

        int layer = -1;
        for (int i = Graph.Output; i >= 0; i--)
        {
            if (!Graph.NeedsGradient(i)) continue;

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
        string x = step.Memory.ReadsInput ? View(Plan.Values, step.Inputs[0]) : "default";
        string y = step.Memory.ReadsOutput ? View(Plan.Values, i) : "default";
        GradientWrite write = Plan.Write(i, 0);
        string dx = write == GradientWrite.None ? "dx: default" : Gradient(step.Inputs[0]);
        string accumulate = write == GradientWrite.Accumulate ? ", accumulate: true" : "";
        Writer.Call($"{step.Path}.Backward(", $"pass, {x}, {y}, {ForwardEmitter.Saved(Plan, step, i)}, {dy}, {dx}{accumulate}");
    }

    void EmitMerge(int i, StepNode step)
    {
        string dy = Gradient(i);
        for (int input = 0; input < step.Inputs.Count; input++)
        {
            GradientWrite write = Plan.Write(i, input);
            if (write == GradientWrite.None) continue;

            if (write == GradientWrite.Rename)
            {
                Writer.Line($"// The gradient of {Graph.Steps[step.Inputs[input]].Name} is {dy} itself.");
                continue;
            }

            string dx = Gradient(step.Inputs[input]);
            string accumulate = Literal.Flag(write == GradientWrite.Accumulate);
            Writer.Call($"{step.Path}.Backward(", Invariant($"pass, {input}, {dy}, {dx}, accumulate: {accumulate}"));
        }
    }

    string Gradient(int value) => View(Plan.Gradient(value), Graph.Steps[value].Name, prefix: "d");
}
