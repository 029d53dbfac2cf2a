using Nin.Generators.Planning;

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
        if (Opens(i)) Comment(i, step.Role == StepRole.Drops ? ", the identity" : Values.Renames(i) ? ", as it lies" : "");
        if (Values.Renames(i)) return;

        string inputs = Inputs(Values, step);
        string output = View(Values, i);
        Writer.Call($"{step.Path}.{(step.IsMerge ? "Forward" : "Infer")}(", $"pass, {inputs}, {output}");
    }
}
