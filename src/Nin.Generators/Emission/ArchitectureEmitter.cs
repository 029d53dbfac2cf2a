using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Source;
using Nin.Generators.Spec;
using static System.FormattableString;

namespace Nin.Generators.Emission;

/// <summary>The whole graph as data.</summary>
static class ArchitectureEmitter
{
    const int ArgumentsALine = 4;
    const int ParametersALine = 1;

    public static void Emit(NetworkParts parts, Shape input, SourceWriter writer)
    {
        NetworkSpec spec = parts.Spec;
        writer.Line().Line("/// <summary>Layers, shapes and parameters: what summaries and exports read.</summary>");
        writer.Line("public static global::Nin.Architecture Architecture { get; } = new(");
        writer.Deeper($"""
            "{spec.ClassName.TrimStart('@')}",
            {Literal.Value(input)},
            global::Nin.Init.{spec.Init},
            [
            """);
        foreach (LayerSpec layer in spec.Layers) writer.Deeper(Layer(layer, input));
        writer.Deeper("]);");
    }

    static string Layer(LayerSpec spec, Shape input)
    {
        IEnumerable<string> parameters = spec.Parameters
            .Where(p => p.Role != ParameterRole.BatchesTracked)
            .Select(p => $"new(\"{p.Name}\", global::Nin.ParameterRole.{p.Role}, {string.Join(", ", p.Dims)})");
        IEnumerable<string> arguments = spec.Layer.Arguments.Select(a => $"new(\"{a.Name}\", {Literal.Real(a.Value)})");
        return string.Join(
            "\n",
            "    new global::Nin.LayerInfo(",
            $"        \"{spec.Name}\", \"{spec.Layer.Kind.Name}\", {List(arguments, ArgumentsALine)},",
            $"        [{string.Join(", ", spec.Inputs)}], {Literal.Value(spec.Output)}, {List(parameters, ParametersALine)},",
            Invariant($"        Macs: {Literal.Count(spec.Macs)}, ReceptiveField: {spec.Field.Within(input)}),"));
    }

    /// <summary>A collection expression, of several lines where it is long.</summary>
    static string List(IEnumerable<string> items, int inLine)
    {
        string[] all = [.. items];
        if (all.Length <= inLine) return $"[{string.Join(", ", all)}]";

        IEnumerable<string> lines = Enumerable.Range(0, (all.Length + inLine - 1) / inLine)
            .Select(i => $"            {string.Join(", ", all.Skip(i * inLine).Take(inLine))},");
        return $"\n        [\n{string.Join("\n", lines)}\n        ]";
    }
}
