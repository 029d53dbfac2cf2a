using Nin.Generators.Spec;

namespace Nin.Generators.Emission;

/// <summary>A property a layer.</summary>
static class PropertiesEmitter
{
    public static void Emit(NetworkParts parts, SourceWriter writer)
    {
        for (int i = 0; i < parts.Spec.Layers.Count; i++)
        {
            LayerSpec layer = parts.Spec.Layers[i];
            writer.Line().Summary(LayerDocs.Of(layer)).Line(LayerDocs.RemarksOf(layer, parts.Spec.Input!.Value));
            writer.Line($"public {LayerCode.TypeOf(layer, parts.BlockClass(i))} {layer.Name} {{ get; }}");
        }

        foreach (int i in parts.Fused.Layers)
        {
            string before = parts.Spec.Layers[i].Name, relu = parts.Spec.Layers[parts.Fused.Behind(i)!.Layer].Name;
            writer.Line($$"""

                /// <summary>{{before}} and {{relu}} as one step, with the parameters of the former.</summary>
                internal global::Nin.ConvolutionStep {{parts.Fused.Behind(i)!.Name}} { get; }
                """);
        }
    }
}
