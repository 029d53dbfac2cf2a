using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Planning;
using Nin.Generators.Source;
using Nin.Generators.Spec;

namespace Nin.Generators.Emission;

/// <summary>One property per layer, and one class per layer that has parts of its own.</summary>
static class LayersEmitter
{
    /// <summary>A name for the class of each layer that has its own, distinct from every layer, member of the user's half and member of a network.</summary>
    public static IReadOnlyList<string> NameClasses(NetworkSpec spec, IEnumerable<string> properties)
    {
        HashSet<string> taken = [.. properties, .. spec.OwnMembers, spec.ClassName];
        return [.. spec.Layers.Select(l => l.Layer.HasOwnClass ? Free($"{l.Name}Layers") : "")];

        string Free(string name)
        {
            while (!taken.Add(name)) name += "_";
            return name;
        }
    }

    public static void EmitProperties(NetworkParts parts, Shape input, SourceWriter writer)
    {
        foreach (LayerSpec layer in parts.Spec.Layers)
        {
            string bytes = Literal.Prose(layer.ActivationBytes), field = Literal.Prose(layer.Field.Within(input));
            writer.Line().Summary(layer.Summary).Line($"/// <remarks>Output {bytes} bytes per example, receptive field {field}.</remarks>");
            writer.Line($"public {layer.Layer.RuntimeType(layer, parts.OwnClasses[layer.Position])} {layer.Name} {{ get; }}");
        }

        foreach (FusedStep fused in parts.Fused.All)
        {
            string[] names = [.. fused.Found.Layers.Select(l => parts.Spec.Layers[l].Name)];
            writer.Line($$"""

                /// <summary>{{string.Join(", ", names.Take(names.Length - 1))}} and {{names[names.Length - 1]}} as one step, with their parameters.</summary>
                internal {{fused.Type}} {{fused.Name}} { get; }
                """);
        }
    }

    /// <summary>Which parameters each step of the plan has.</summary>
    public static void EmitStepParameters(NetworkParts parts, SourceWriter writer)
    {
        writer.Line($"""

            /// <inheritdoc/>
            protected override global::System.Collections.Generic.IReadOnlyList<global::Nin.Parameter>[] StepParameters() =>
            [
            """);
        foreach (StepNode step in parts.Graph.Steps) writer.Deeper(step.HasParameters ? $"{step.Path}.Parameters," : "[],");
        writer.Line("];");
    }

    public static void EmitClasses(NetworkParts parts, SourceWriter writer)
    {
        foreach (LayerSpec layer in parts.Spec.Layers) layer.Layer.WriteOwnClass(layer, parts.OwnClasses[layer.Position], writer);
    }
}
