using Nin.Generators.Diagnostics;
using Nin.Generators.Layers;
using Nin.Generators.Spec;

namespace Nin.Generators.Parsing;

/// <summary>Goes through the layers in order, gives each its shapes, parameters and counts, and inserts those that the shapes require.</summary>
sealed class ShapeInference
{
    readonly Shape? networkInput;
    readonly DiagnosticList diagnostics;
    readonly List<LayerEntry> entries = [];
    readonly List<LayerSpec?> specs = [];

    ShapeInference(Shape? networkInput, DiagnosticList diagnostics)
    {
        this.networkInput = networkInput;
        this.diagnostics = diagnostics;
    }

    /// <summary>The layers in order, inserted ones among them.</summary>
    public IReadOnlyList<LayerEntry> Entries => entries;

    /// <summary>The same, null where the output shape is unknown.</summary>
    public IReadOnlyList<LayerSpec?> Specs => specs;

    /// <summary>Infers all layers. Only the first of dependent errors is reported.</summary>
    public static ShapeInference Run(IReadOnlyList<LayerEntry> declared, Shape? input, DiagnosticList diagnostics)
    {
        ShapeInference shapes = new(input, diagnostics);
        int[] positions = new int[declared.Count];
        for (int i = 0; i < positions.Length; i++)
        {
            int[] inputs = [.. declared[i].Inputs.Select(source => source < 0 ? source : positions[source])];
            positions[i] = shapes.Place(declared[i] with { Inputs = inputs });
        }

        return shapes;
    }

    /// <summary>Adds a layer, and before it those that are inserted; its position.</summary>
    int Place(LayerEntry entry)
    {
        Layer layer = entry.Read(diagnostics, out bool isUsable);
        if (!isUsable || PlacementOf(entry) is not { } at) return Append(entry, null);

        int[] inputs = [.. entry.Inputs];
        for (int i = 0; i < inputs.Length; i++)
        {
            foreach (InsertedLayer inserted in layer.Before(at, i)) inputs[i] = Place(entry.Insert(inserted, inputs[i]));
        }

        entry = entry with { Inputs = inputs };
        return Append(entry, PlacementOf(entry) is { } final && layer.Infer(final) is { } output && final.Holds(output)
            ? Describe(entry, layer, final, output)
            : null);
    }

    int Append(LayerEntry entry, LayerSpec? spec)
    {
        entries.Add(entry);
        specs.Add(spec);
        return entries.Count - 1;
    }

    /// <summary>The layer's place; null where it reads what is not known.</summary>
    Placement? PlacementOf(LayerEntry entry)
    {
        List<PlacedInput> inputs = [];
        foreach (int source in entry.Inputs)
        {
            Shape? shape = source switch
            {
                LayerSpec.NetworkInput => networkInput,
                LayerEntry.Unknown => null,
                _ => specs[source]?.Output,
            };
            if (shape is not { } known) return null;

            inputs.Add(new(source < 0 ? null : entries[source].Label, known));
        }

        return new(entry.Kind, entry.Arguments, inputs, entry.Reporter(diagnostics));
    }

    LayerSpec Describe(LayerEntry entry, Layer layer, Placement at, Shape output)
    {
        ReceptiveField field = entry.Inputs
            .Select(source => source < 0 ? ReceptiveField.Pixel : specs[source]!.Field)
            .Aggregate((all, one) => all.Join(one));
        return new(
            entries.Count,
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
