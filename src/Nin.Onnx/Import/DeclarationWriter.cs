using System.Globalization;
using System.Text;

namespace Nin.Onnx;

/// <summary>Writes an imported network as C#: a partial class with its layers as attributes, blocks that repeat as classes of their own.</summary>
sealed class DeclarationWriter(ImportedNetwork network, string? nameSpace)
{
    /// <summary>Layers that share a line with the one before, if they have no arguments.</summary>
    static readonly HashSet<string> Followers =
        ["BatchNorm2d", "Relu", "Relu6", "Sigmoid", "Tanh", "Silu", "Gelu", "HardSwish", "HardSigmoid", "Flatten"];

    readonly StringBuilder text = new();
    readonly IReadOnlyDictionary<int, Stage> stages = Stages.Find(network.Layers);

    /// <summary>The file.</summary>
    public string Write()
    {
        NameTemplates();
        text.Append("using Nin;\n\n");
        if (nameSpace is not null) text.Append(CultureInfo.InvariantCulture, $"namespace {nameSpace};\n\n");
        foreach (var template in Templates()) WriteTemplate(template);
        WriteSummary();
        var (input, output) = (network.Input, network.Layers[^1].Output);
        string classes = output.IsFlat ? string.Create(CultureInfo.InvariantCulture, $", Classes = {output.Channels}") : "";
        text.Append(CultureInfo.InvariantCulture, $"[Network({input.Channels}, {input.Height}, {input.Width}{classes})]\n");
        var line = new Line(text);
        int number = 0;
        for (int i = 0; i < network.Layers.Count;)
        {
            if (stages.TryGetValue(i, out var stage))
            {
                line.Add("LayersOf", StageArguments(stage, LayerNaming.StageName(++number)), followed: false);
                i += stage.Copies.Sum(c => c.Count);
                continue;
            }

            var layer = network.Layers[i];
            string[] inputs = [.. layer.Inputs.Select(x => x < 0 ? "\"input\"" : $"nameof({network.Layers[x].Name})")];
            line.Add(layer.Kind, Arguments(layer, inputs, isNext: layer.Inputs[0] == i - 1), Followers.Contains(layer.Kind));
            i++;
        }

        line.End();
        text.Append(CultureInfo.InvariantCulture, $"public sealed partial class {network.Name}");
        WriteNames();
        return text.ToString();
    }

    /// <summary>A layer's arguments as its attribute takes them.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="inputs">What it reads, as C#.</param>
    /// <param name="isNext">Whether it reads the layer before.</param>
    /// <param name="replace">A placeholder for an argument's value; null where the value is written.</param>
    /// <param name="extra">One more argument.</param>
    /// <param name="stride">Whether the stride is written although it is 1.</param>
    public static string Arguments(
        ImportedLayer layer, IReadOnlyList<string> inputs, bool isNext, Func<string, double, string?>? replace = null, string? extra = null, bool stride = false)
    {
        var arguments = layer.Arguments.ToList();
        if (stride && layer["Stride"] is null) arguments.Insert(arguments.FindIndex(a => a.Name == "Kernel") + 1, new("Stride", 1));
        string[] positional = layer.Kind switch
        {
            "MaxPool2d" or "AvgPool2d" => ["Kernel"],
            "Dropout" => ["Probability"],
            "LeakyRelu" => ["NegativeSlope"],
            "Elu" => ["Alpha"],
            "HardTanh" => ["Min", "Max"],
            "LocalResponseNorm" => ["Size"],
            "Linear" => ["Features"],
            _ => ["Filters"],
        };
        List<string> parts = layer.Inputs.Count > 1 ? [.. inputs] : [];
        foreach (var argument in arguments.OrderBy(a => positional.Contains(a.Name) ? 0 : 1))
        {
            string value = replace?.Invoke(argument.Name, argument.Value) ?? Literal(argument);
            parts.Add(positional.Contains(argument.Name) ? value : $"{argument.Name} = {value}");
        }

        if (layer.Inputs.Count == 1 && !isNext) parts.Add($"From = {inputs[0]}");
        if (extra is not null) parts.Add(extra);
        return string.Join(", ", parts);
    }

    static string Literal(LayerArgument argument) => argument.Name switch
    {
        "Bias" or "CeilMode" or "CountIncludePad" => argument.Value != 0 ? "true" : "false",
        _ => argument.Value.ToString("R", CultureInfo.InvariantCulture),
    };

    static string StageArguments(Stage stage, string name)
    {
        List<string> parts = [$"Name = \"{name}\""];
        if (stage.Copies.Count > 1) parts.Insert(0, string.Create(CultureInfo.InvariantCulture, $"Times = {stage.Copies.Count}"));
        if (stage.Template.Text.Contains("Block.Filters", StringComparison.Ordinal)) parts.Add(string.Create(CultureInfo.InvariantCulture, $"Filters = {stage.Filters}"));
        if (stage.Template.Text.Contains("Block.Stride", StringComparison.Ordinal)) parts.Add(string.Create(CultureInfo.InvariantCulture, $"Stride = {stage.Stride}"));
        return $"<{stage.Template.Name}>({string.Join(", ", parts)})";
    }

    IEnumerable<BlockTemplate> Templates() => stages.OrderBy(s => s.Key).Select(s => s.Value.Template).DistinctBy(t => t.Text);

    void NameTemplates()
    {
        int number = 0;
        foreach (var template in Templates().ToList())
        {
            number++;
            string name = string.Create(CultureInfo.InvariantCulture, $"{network.Name}Block{(number == 1 ? "" : $"{number}")}");
            foreach (var stage in stages.Values.Where(s => s.Template.Text == template.Text)) stage.Template.Name = name;
        }
    }

    void WriteTemplate(BlockTemplate template)
    {
        text.Append(CultureInfo.InvariantCulture, $"/// <summary>The block that <see cref=\"{network.Name}\"/> repeats.</summary>\n[Layers]\n");
        var line = new Line(text);
        foreach (var layer in template.Lines) line.Add(layer.Layer.Kind, layer.Arguments, Followers.Contains(layer.Layer.Kind));
        line.End();
        text.Append(CultureInfo.InvariantCulture, $"abstract class {template.Name};\n\n");
    }

    void WriteSummary()
    {
        text.Append(CultureInfo.InvariantCulture, $"/// <summary>Imported from {Escaped(network.Source)}.</summary>\n");
        if (network.Notes.Count == 0) return;
        text.Append("/// <remarks>\n");
        foreach (string note in network.Notes) text.Append(CultureInfo.InvariantCulture, $"/// <para>{Escaped(note)}</para>\n");
        text.Append("/// </remarks>\n");
    }

    /// <summary>Names of the file that are not the layer's own, so that other weights of the same network can be loaded by them.</summary>
    void WriteNames()
    {
        var names = network.OriginalNames.Where(n => n.Key != n.Value).ToList();
        if (names.Count == 0)
        {
            text.Append(";\n");
            return;
        }

        text.Append("\n{\n    /// <summary>What the parameters are called in the file that they were imported from.</summary>\n");
        text.Append("    public static System.Collections.Generic.IReadOnlyDictionary<string, string> ImportedNames { get; } = new System.Collections.Generic.Dictionary<string, string>\n    {\n");
        foreach (var (name, original) in names) text.Append(CultureInfo.InvariantCulture, $"        [\"{name}\"] = {Quoted(original)},\n");
        text.Append("    };\n}\n");
    }

    static string Escaped(string value) => System.Security.SecurityElement.Escape(value.ReplaceLineEndings(" "))!;

    static string Quoted(string value)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in value)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (char.IsControl(c) || c > 126) quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Attributes, of which short ones share a line.</summary>
    sealed class Line(StringBuilder text)
    {
        bool open, followers;

        public void Add(string attribute, string arguments, bool followed)
        {
            bool follows = followed && arguments.Length == 0;
            bool shares = open && follows && followers;
            if (open && !shares) End();
            string call = arguments.Length == 0 ? "" : arguments[0] == '<' ? arguments : $"({arguments})";
            text.Append(shares ? ", " : "[").Append(attribute).Append(call);
            (open, followers) = (true, follows);
        }

        public void End()
        {
            if (open) text.Append("]\n");
            open = false;
        }
    }
}
