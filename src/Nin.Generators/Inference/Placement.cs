using Microsoft.CodeAnalysis;
using Nin.Generators.Diagnostics;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;

namespace Nin.Generators.Inference;

/// <summary>A layer's place while its output is inferred: what it reads, and where its problems go.</summary>
sealed class Placement(LayerEntry entry, IReadOnlyList<PlacedInput> inputs, ProblemList problems)
{
    public IReadOnlyList<PlacedInput> Inputs => inputs;

    public Shape Input => inputs[0].Shape;

    /// <summary>A clause for messages: who gives the input, and its shape.</summary>
    public string InputSays => inputs[0].Says;

    public bool IsGiven(string argument) => entry.Arguments.IsGiven(argument);

    /// <summary>Reports a problem of this layer. A copied layer's arguments stand elsewhere, where no proposal can reach them.</summary>
    public void Report(
        DiagnosticDescriptor rule,
        string? argument,
        FormattableString wrong,
        FormattableString mend,
        int element = 0,
        IEnumerable<Proposal>? proposals = null) =>
        problems.Report(rule, entry.SiteOf(argument, element), entry.Label, wrong, mend, entry.IsCopied ? null : proposals);

    /// <summary>True where the input has rows and columns, else NIN010.</summary>
    public bool NeedsImage()
    {
        if (!Input.IsFlat) return true;

        Report(
            Rules.WrongSideOfFlatten, null,
            $"{KindName} needs channels x height x width, but {InputSays}",
            $"put it before [Flatten]");
        return false;
    }

    /// <summary>True where a tensor can hold one example of the shape, else NIN004.</summary>
    public bool Holds(Shape shape, string? argument = null, int element = 0)
    {
        if (shape.Elements <= int.MaxValue) return true;

        Report(
            Rules.ArgumentOutOfRange, argument,
            $"the output {shape} of {Input} has more than {int.MaxValue:N0} elements, which no tensor holds",
            $"make it smaller",
            element);
        return false;
    }

    /// <summary>True where a tensor can hold the weights, else NIN004.</summary>
    public bool HoldsWeights(string argument, long filters, long channels, long kernel, int element = 0)
    {
        if (Saturated.Product(filters, channels, kernel, kernel) <= int.MaxValue) return true;

        Report(
            Rules.ArgumentOutOfRange, argument,
            $"weights {filters}x{channels}x{kernel}x{kernel} over {Input} have more than {int.MaxValue:N0} elements, which no tensor holds",
            $"make them fewer",
            element);
        return false;
    }

    /// <summary>The constructor's parameter for an input of <c>Add</c> or <c>Concat</c>.</summary>
    public static string InputArgument(int input) => input switch { 0 => "first", 1 => "second", _ => "more" };

    /// <summary>The input's element in that parameter.</summary>
    public static int InputElement(int input) => Math.Max(0, input - 2);

    string KindName => KnownAttributes.NameOf(entry.Data)!.Replace("Attribute", "");
}
