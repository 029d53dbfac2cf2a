using Nin.Generators.Diagnostics;
using Nin.Generators.Layers;
using Nin.Generators.Spec;

namespace Nin.Generators.Parsing;

/// <summary>Goes through the layers in order and gives each its shapes, parameters and counts.</summary>
static class ShapeInference
{
    /// <summary>The layers in order, null where the output shape is unknown. Only the first of dependent errors is reported.</summary>
    public static IReadOnlyList<LayerSpec?> Run(IReadOnlyList<LayerEntry> entries, Shape? input, DiagnosticList diagnostics)
    {
        LayerSpec?[] specs = new LayerSpec?[entries.Count];
        for (int i = 0; i < specs.Length; i++) specs[i] = Infer(entries, specs, i, input, diagnostics);
        return specs;
    }

    static LayerSpec? Infer(
        IReadOnlyList<LayerEntry> entries, LayerSpec?[] specs, int index, Shape? networkInput, DiagnosticList diagnostics)
    {
        LayerEntry entry = entries[index];

        // What is wrong with a copied layer's arguments is reported where they stand, on the class that it is copied from.
        ArgumentReader arguments = new(entry.Data, entry.Reporter(entry.IsCopied ? null : diagnostics));
        Layer layer = entry.Kind.Read(arguments);

        List<PlacedInput> inputs = [];
        foreach (int source in entry.Inputs)
        {
            Shape? shape = source switch
            {
                LayerSpec.NetworkInput => networkInput,
                LayerEntry.Unknown => null,
                _ => specs[source]?.Output,
            };
            if (shape is { } known) inputs.Add(new(source < 0 ? null : entries[source].Label, known));
        }

        if (!arguments.IsUsable || inputs.Count < entry.Inputs.Count) return null;

        Placement at = new(entry.Kind, entry.Arguments, inputs, entry.Reporter(diagnostics));
        return layer.Infer(at) is { } output && at.Holds(output) ? Describe(entry, index, layer, at, output, specs) : null;
    }

    static LayerSpec Describe(LayerEntry entry, int position, Layer layer, Placement at, Shape output, LayerSpec?[] specs)
    {
        ReceptiveField field = entry.Inputs
            .Select(source => source < 0 ? ReceptiveField.Pixel : specs[source]!.Field)
            .Aggregate((all, one) => all.Join(one));
        return new(
            position,
            entry.Name,
            layer,
            new(entry.Inputs),
            new(at.Inputs.Select(i => i.Shape)),
            output,
            new(layer.Parameters(entry.Name, at.Input)),
            layer.Macs(at.Input, output),
            layer.FieldAfter(field, at.Input));
    }
}
