using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Source;
using Nin.Generators.Spec;

namespace Nin.Generators.Emission;

/// <summary>The layer table in a network's documentation.</summary>
static class ClassDocs
{
    public static void Emit(NetworkSpec spec, Shape input, SourceWriter writer)
    {
        string[][] rows =
        [
            ["layer", "kind", "output", "bytes", "receptive field", "parameters", "multiply-adds"],
            ["input", "", $"{input}", Count(Saturated.Product(input.Elements, sizeof(float))), "", "", ""],
            .. spec.Layers.Select(l => Row(l, input)),
            ["total", "", "", "", "", Count(spec.ParameterCount), Count(spec.Macs)],
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        writer.Line("/// <remarks>").Line("/// <code>");
        foreach (string[] row in rows)
        {
            IEnumerable<string> cells = row.Select((cell, i) => i < 3 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            writer.Line($"/// {string.Join("  ", cells).TrimEnd()}");
        }

        writer.Line("/// </code>").Line("/// </remarks>");
    }

    /// <summary>Bytes are those of one example's output; "receptive field" is the side of its pixels' receptive field.</summary>
    static string[] Row(LayerSpec layer, Shape input) =>
    [
        layer.Name, layer.Layer.Kind.Name, $"{layer.Output}", Count(layer.ActivationBytes), Count(layer.Field.Within(input)),
        Count(layer.ParameterCount), Count(layer.Macs),
    ];

    static string Count(long count) => count == 0 ? "" : Literal.Prose(count);
}
