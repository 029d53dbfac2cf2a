using Nin.Generators.Layers;
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
        return string.Join(
            "\n",
            "    new global::Nin.LayerInfo(",
            $"        \"{spec.Name}\", \"{spec.Layer.Kind}\", {List(Arguments(spec.Layer), ArgumentsALine)},",
            $"        [{string.Join(", ", spec.Inputs)}], {Literal.Value(spec.Output)}, {List(parameters, ParametersALine)},",
            Invariant($"        Macs: {Literal.Count(spec.Macs)}, ReceptiveField: {spec.FieldWithin(input)}),"));
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

    /// <summary>Every argument, defaults included; a flag is 0 or 1.</summary>
    static IEnumerable<string> Arguments(Layer layer) => layer switch
    {
        NinBlockLayer block =>
        [
            Of("Filters", block.Widths[0]),
            Of("Kernel", block.Window.Kernel), Of("Stride", block.Window.Stride), Of("Padding", block.Window.Padding),
            .. block.Widths.Skip(1).Select((width, i) => Of(Invariant($"Pointwise{i + 1}"), width)),
            Of("LastRelu", block.LastRelu ? 1 : 0), Of("BatchNorm", block.BatchNorm ? 1 : 0),
        ],
        Conv2dLayer { Kind: "Pointwise" } pointwise => [Of("Filters", pointwise.Filters), Of("Bias", pointwise.Bias ? 1 : 0)],
        Conv2dLayer convolution =>
        [
            Of("Filters", convolution.Filters),
            .. Arguments(convolution.Window),
            Of("Groups", convolution.Groups), Of("Bias", convolution.Bias ? 1 : 0),
        ],
        PoolingLayer pooling => Arguments(pooling.Window),
        BatchNorm2dLayer norm => [Of("Epsilon", norm.Epsilon), Of("Momentum", norm.Momentum)],
        DropoutLayer dropout => [Of("Probability", dropout.Probability)],
        LeakyReluLayer leaky => [Of("NegativeSlope", leaky.NegativeSlope)],
        LinearLayer linear => [Of("Features", linear.Features), Of("Bias", linear.Bias ? 1 : 0)],
        _ => [],
    };

    static IEnumerable<string> Arguments(Window window) =>
        [Of("Kernel", window.Kernel), Of("Stride", window.Stride), Of("Padding", window.Padding), Of("Dilation", window.Dilation)];

    static string Of(string argument, double value) => $"new(\"{argument}\", {Literal.Real(value)})";
}
