using Microsoft.CodeAnalysis;
using Nin.Generators.Diagnostics;
using Nin.Generators.Layers;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;

namespace Nin.Generators.Inference;

/// <summary>What can be wrong with a network all of whose shapes are known.</summary>
sealed class NetworkChecks
{
    readonly NetworkDeclaration declaration;
    readonly IReadOnlyList<LayerEntry> entries;
    readonly IReadOnlyList<LayerSpec> specs;
    readonly ProblemList problems;
    readonly ILookup<int, int> readers;

    NetworkChecks(NetworkDeclaration declaration, IReadOnlyList<LayerEntry> entries, IReadOnlyList<LayerSpec> specs, ProblemList problems)
    {
        this.declaration = declaration;
        this.entries = entries;
        this.specs = specs;
        this.problems = problems;
        readers = specs.SelectMany((spec, i) => spec.Inputs.Select(source => (source, reader: i))).ToLookup(e => e.source, e => e.reader);
    }

    int Last => specs.Count - 1;

    /// <summary>Reports them.</summary>
    public static void Run(
        NetworkDeclaration declaration, IReadOnlyList<LayerEntry> entries, IReadOnlyList<LayerSpec> specs, ProblemList problems)
    {
        NetworkChecks checks = new(declaration, entries, specs, problems);
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

        // The layer that decides how many features there are: nothing behind it changes their number.
        int origin = Last;
        while (specs[origin].Inputs[0] >= 0 && specs[origin].Layer is not NinBlockLayer and not Conv2dLayer and not LinearLayer
            && specs[origin].InputShapes[0].Channels == specs[origin].Output.Channels)
        {
            origin = specs[origin].Inputs[0];
        }

        string mend = output switch
        {
            { IsFlat: true } => FormattableString.Invariant($"use Classes = {output.Channels}, or make {entries[origin].Label} give {classes}"),
            { Height: 1, Width: 1 } => "put [Flatten] at the end",
            _ => "put [GlobalAvgPool2d] and [Flatten] at the end",
        };
        Report(
            Rules.ClassesDiffer, declaration.Attribute, "Classes",
            $"Classes = {classes}, but {entries[Last].Label} gives {output}",
            $"{mend}",
            output.IsFlat ? [new("Classes", FormattableString.Invariant($"{output.Channels}"))] : []);
    }

    /// <summary>NIN013.</summary>
    void CheckBudget(string argument, string what, long? limit, Func<LayerSpec, long> count)
    {
        long total = Saturated.Sum(specs.Select(count));
        if (limit is not long most || total <= most) return;

        int largest = Enumerable.Range(0, specs.Count).OrderByDescending(i => count(specs[i])).First();
        string shapes = $"{specs[largest].InputShapes[0]} to {specs[largest].Output}";
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

            ReportLayer(
                Rules.UnusedLayer, i, null,
                $"nothing uses its output {specs[i].Output}",
                $"name {specs[i].Name} in a From, an Add or a Concat, or remove it");
        }
    }

    /// <summary>NIN102. A network whose output is no row of features has no loss that is known here.</summary>
    void CheckReluBeforeLoss()
    {
        if (!specs[Last].Output.IsFlat) return;

        int i = Last;
        while (i >= 0 && specs[i].Layer is PoolingLayer or GlobalAvgPool2dLayer or FlattenLayer or DropoutLayer) i = specs[i].Inputs[0];
        if (i < 0 || specs[i].Layer is not NinBlockLayer { LastRelu: true, AsksForLastRelu: false }) return;

        string shapes = $"{specs[i].Output} to {specs[Last].Output}";
        ReportLayer(
            Rules.ReluBeforeLoss,
            i,
            null,
            $"its last ReLU stands before the loss, from {shapes}, and a class whose logit it holds at 0 never learns again",
            $"use LastRelu = false, or LastRelu = true to ask for it",
            [new("LastRelu", "false"), new("LastRelu", "true")]);
    }

    /// <summary>NIN103.</summary>
    void CheckXavier()
    {
        if (!declaration.IsXavier) return;

        int[] before = [.. Enumerable.Range(0, specs.Count).Where(IsBeforeRelu)];
        if (before.Length == 0) return;

        string others = before.Length == 1 ? "" : FormattableString.Invariant($", and {before.Length - 1} more");
        LayerSpec first = specs[before[0]];
        string which = $"{entries[before[0]].Label}, {first.InputShapes[0]} to {first.Output}";
        Report(
            Rules.XavierBeforeRelu,
            declaration.Attribute,
            "Init",
            $"Init.Xavier is made for layers that no ReLU follows, but one follows {which}{others}",
            $"use Init.He");
    }

    bool IsBeforeRelu(int index) => specs[index].Layer switch
    {
        NinBlockLayer block => block.LastRelu || block.Widths.Count > 1,
        Conv2dLayer or LinearLayer => ReadByRelu(index) || readers[index].Any(r => specs[r].Layer is BatchNorm2dLayer && ReadByRelu(r)),
        _ => false,
    };

    bool ReadByRelu(int index) => readers[index].Any(reader => specs[reader].Layer is ReluLayer);

    /// <summary>NIN104. A second reader would see the bias.</summary>
    void CheckCancelledBias()
    {
        for (int i = 0; i < Last; i++)
        {
            if (specs[i].Layer is not Conv2dLayer { Bias: true } || readers[i].Count() != 1) continue;

            int reader = readers[i].Single();
            if (specs[reader].Layer is not BatchNorm2dLayer) continue;

            ReportLayer(
                Rules.CancelledBias, i, "Bias",
                $"{entries[reader].Label} takes the mean of {specs[i].Output} away, and the bias with it",
                $"use Bias = false");
        }
    }

    void ReportLayer(
        DiagnosticDescriptor rule,
        int layer,
        string? argument,
        FormattableString wrong,
        FormattableString mend,
        IEnumerable<Proposal>? proposals = null) =>
        problems.Report(rule, entries[layer].SiteOf(argument), entries[layer].Label, wrong, mend, entries[layer].IsCopied ? null : proposals);

    void Report(
        DiagnosticDescriptor rule,
        int attribute,
        string argument,
        FormattableString wrong,
        FormattableString mend,
        IEnumerable<Proposal>? proposals = null) =>
        problems.Report(rule, Site.OnArgument(attribute, argument), declaration.Type.Name, wrong, mend, proposals);
}
