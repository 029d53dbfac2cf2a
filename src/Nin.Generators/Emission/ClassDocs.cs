using Nin.Generators.Spec;

namespace Nin.Generators.Emission;

/// <summary>The layer table in a network's documentation.</summary>
static class ClassDocs
{
    public static void Emit(NetworkSpec spec, Shape input, SourceWriter writer)
    {
        string[][] rows =
        [
            ["layer", "kind", "output", "parameters", "multiply-adds"],
            ["input", "", $"{input}", "", ""],
            .. spec.Layers.Select(l => new[] { l.Name, l.Layer.Kind, $"{l.Output}", Count(l.ParameterCount), Count(l.Macs) }),
            ["total", "", "", Count(spec.ParameterCount), Count(spec.Macs)],
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

    static string Count(long count) => count == 0 ? "" : Literal.Prose(count);
}
