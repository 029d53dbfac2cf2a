using Microsoft.CodeAnalysis;
using Nin.Generators.Diagnostics;
using Nin.Generators.Layers;
using Nin.Generators.Spec;
using static System.FormattableString;

namespace Nin.Generators.Parsing;

/// <summary>Checks of a network whose shapes are all known.</summary>
sealed class NetworkChecks
{
    readonly NetworkDeclaration declaration;
    readonly IReadOnlyList<LayerEntry> entries;
    readonly IReadOnlyList<LayerSpec> specs;
    readonly DiagnosticList diagnostics;
    readonly ILookup<int, int> readers;

    NetworkChecks(
        NetworkDeclaration declaration, IReadOnlyList<LayerEntry> entries, IReadOnlyList<LayerSpec> specs, DiagnosticList diagnostics)
    {
        this.declaration = declaration;
        this.entries = entries;
        this.specs = specs;
        this.diagnostics = diagnostics;
        readers = specs.SelectMany((spec, i) => spec.Inputs.Select(source => (source, reader: i))).ToLookup(e => e.source, e => e.reader);
    }

    int Last => specs.Count - 1;

    /// <summary>Reports them.</summary>
    public static void Run(
        NetworkDeclaration declaration, IReadOnlyList<LayerEntry> entries, IReadOnlyList<LayerSpec> specs, DiagnosticList diagnostics)
    {
        NetworkChecks checks = new(declaration, entries, specs, diagnostics);
        checks.CheckClasses();
        checks.CheckBudget("MaxParameters", "parameters", declaration.MaxParameters, spec => spec.ParameterCount);
        checks.CheckBudget("MaxMacs", "multiply-adds", declaration.MaxMacs, spec => spec.Macs);
        checks.CheckUnused();
        checks.CheckReluBeforeLoss();
        checks.CheckXavier();
        checks.CheckCancelledBias();
    }

    /// <summary>NIN011.</summary>
    void CheckClasses()
    {
        Shape output = specs[Last].Output;
        if (declaration.Classes is not int classes || output == Shape.Features(classes)) return;

        (string fix, bool mayChangeClasses) = output switch
        {
            { IsFlat: true } => ClassesFix(classes, output),
            { Height: 1, Width: 1 } => ("put [Flatten] at the end", false),
            _ => ("put [GlobalAvgPool2d] and [Flatten] at the end", false),
        };
        Report(
            Rules.ClassesDiffer, declaration.Attribute, "Classes",
            $"Classes = {classes}, but {entries[Last].Label} gives {output}",
            $"{fix}",
            mayChangeClasses ? [new("Classes", Invariant($"{output.Channels}"))] : []);
    }

    /// <summary>What would give as many features as classes, and whether a different number of classes may be what is meant.</summary>
    (string Fix, bool MayChangeClasses) ClassesFix(int classes, Shape output)
    {
        // The layer that decides how many features there are: nothing after it changes that number.
        int origin = Decides(Last);
        LayerSpec layer = specs[origin];
        if (layer.Input.IsFlat || layer.Layer.DecidesChannels || layer.Input is { Height: 1, Width: 1 })
        {
            return (Invariant($"use Classes = {output.Channels}, or make {entries[origin].Label} give {classes}"), true);
        }

        // Features of all pixels: the pooling was forgotten, since a class is not a pixel.
        string pool = $"put [GlobalAvgPool2d] before {entries[origin].Label}";
        if (layer.Input.Channels == classes || layer.Inputs[0] < 0) return (pool, false);
        return (Invariant($"{pool} and make {entries[Decides(layer.Inputs[0])].Label} give {classes}, or put [Linear({classes})] at the end"), false);
    }

    /// <summary>The layer that gives a layer's output the number of its channels or features.</summary>
    int Decides(int layer)
    {
        while (specs[layer].Inputs[0] >= 0 && !specs[layer].Layer.DecidesChannels && specs[layer].Input.Channels == specs[layer].Output.Channels)
        {
            layer = specs[layer].Inputs[0];
        }

        return layer;
    }

    /// <summary>NIN013.</summary>
    void CheckBudget(string argument, string what, long? limit, Func<LayerSpec, long> count)
    {
        long total = Saturated.Sum(specs.Select(count));
        if (limit is not long most || total <= most) return;

        int largest = Enumerable.Range(0, specs.Count).OrderByDescending(i => count(specs[i])).First();
        string shapes = $"{specs[largest].Input} to {specs[largest].Output}";
        Report(
            Rules.OverBudget,
            declaration.Budget,
            argument,
            $"{total:N0} {what} are over {argument} = {most:N0}",
            $"save {total - most:N0}, first in {entries[largest].Label}, which has {count(specs[largest]):N0} from {shapes}");
    }

    /// <summary>NIN014.</summary>
    void CheckUnused()
    {
        for (int i = 0; i < Last; i++)
        {
            if (readers.Contains(i)) continue;

            entries[i].Reporter(diagnostics).Report(
                Rules.UnusedLayer, null,
                $"nothing uses its output {specs[i].Output}",
                $"name {specs[i].Name} in a From, an Add or a Concat, or remove it");
        }
    }

    /// <summary>NIN102. Features are logits where <c>Classes</c> says so; others may be an embedding, which can well be positive.</summary>
    void CheckReluBeforeLoss()
    {
        if (declaration.Classes is null || !specs[Last].Output.IsFlat) return;

        int i = Last;
        while (i >= 0 && specs[i].Layer.KeepsDeadChannels) i = specs[i].Inputs[0];
        if (i < 0 || !specs[i].Layer.EndsInUnaskedRelu) return;

        string shapes = $"{specs[i].Output} to {specs[Last].Output}";
        entries[i].Reporter(diagnostics).Report(
            Rules.ReluBeforeLoss,
            null,
            $"its last ReLU comes before the loss, from {shapes}, and a class whose logit it holds at 0 never learns again",
            $"use LastRelu = false, or LastRelu = true to ask for it",
            suggested: [new("LastRelu", "false"), new("LastRelu", "true")]);
    }

    /// <summary>NIN103.</summary>
    void CheckXavier()
    {
        if (!declaration.IsXavier) return;

        int[] before = [.. Enumerable.Range(0, specs.Count).Where(IsBeforeRelu)];
        if (before.Length == 0) return;

        string others = before.Length == 1 ? "" : Invariant($", and {before.Length - 1} more");
        LayerSpec first = specs[before[0]];
        string which = $"{entries[before[0]].Label}, {first.Input} to {first.Output}";
        Report(
            Rules.XavierBeforeRelu,
            declaration.Attribute,
            "Init",
            $"Init.Xavier is made for layers that no ReLU follows, but one follows {which}{others}",
            $"use Init.He");
    }

    bool IsBeforeRelu(int index) => specs[index].HasWeights && (
        specs[index].Layer.HasReluAfterWeights
        || ReadByRelu(index)
        || readers[index].Any(reader => specs[reader].Layer.SubtractsMean && ReadByRelu(reader)));

    bool ReadByRelu(int index) => readers[index].Any(reader => specs[reader].Layer.IsRelu);

    /// <summary>NIN104. A second reader would depend on the bias.</summary>
    void CheckCancelledBias()
    {
        for (int i = 0; i < Last; i++)
        {
            if (!specs[i].Layer.AddsBias || readers[i].Count() != 1) continue;

            int reader = readers[i].Single();
            if (!specs[reader].Layer.SubtractsMean) continue;

            entries[i].Reporter(diagnostics).Report(
                Rules.CancelledBias, "Bias",
                $"{entries[reader].Label} subtracts the mean of {specs[i].Output}, and the bias with it",
                $"use Bias = false");
        }
    }

    void Report(
        DiagnosticDescriptor rule,
        int attribute,
        string argument,
        FormattableString wrong,
        FormattableString fix,
        IEnumerable<SuggestedFix>? suggested = null) =>
        new Reporter(declaration.Type.Name, attribute, isCopied: false, diagnostics).Report(rule, argument, wrong, fix, suggested: suggested);
}
