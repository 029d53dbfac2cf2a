using Microsoft.CodeAnalysis;
using Nin.Generators.Diagnostics;
using Nin.Generators.Spec;
using Nin.Generators.Symbols;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Layers;

/// <summary>An input of a layer.</summary>
/// <param name="Label">The name in messages of the layer that gives it; null for the network's input.</param>
/// <param name="Shape">Its shape.</param>
readonly record struct PlacedInput(string? Label, Shape Shape)
{
    /// <summary>A clause for messages.</summary>
    public string Says => Label is null ? Invariant($"the network's input is {Shape}") : Invariant($"{Label} gives {Shape}");
}

/// <summary>A layer's place while its output is inferred: what it reads, and where its diagnostics go.</summary>
sealed class Placement(LayerKind kind, AttributeArguments arguments, IReadOnlyList<PlacedInput> inputs, Reporter reporter)
{
    public IReadOnlyList<PlacedInput> Inputs => inputs;

    public Shape Input => inputs[0].Shape;

    /// <summary>A clause for messages: which layer gives the input, and its shape.</summary>
    public string InputSays => inputs[0].Says;

    public bool IsGiven(string argument) => arguments.IsGiven(argument);

    /// <summary>Reports on this layer.</summary>
    public void Report(
        DiagnosticDescriptor rule,
        string? argument,
        FormattableString wrong,
        FormattableString fix,
        int element = 0,
        IEnumerable<SuggestedFix>? suggested = null) =>
        reporter.Report(rule, argument, wrong, fix, element, suggested);

    /// <summary>True where the input has rows and columns, else NIN010.</summary>
    public bool NeedsImage()
    {
        if (!Input.IsFlat) return true;

        Report(
            Rules.WrongSideOfFlatten, null,
            $"{kind.Name} needs channels x height x width, but {InputSays}",
            $"put it before [Flatten]");
        return false;
    }

    /// <summary>True where a tensor can hold one example of the shape, else NIN004.</summary>
    public bool Holds(Shape shape, string? argument = null, int element = 0)
    {
        if (shape.Elements <= int.MaxValue) return true;

        Report(
            Rules.ArgumentOutOfRange, argument,
            $"the output {shape} of {Input} has more than {int.MaxValue:N0} elements, which no tensor can hold",
            $"make it smaller",
            element);
        return false;
    }

    /// <summary>True where a max pooling can distinguish that many taps of a window, else NIN004.</summary>
    public bool CountsTaps(long taps)
    {
        if (taps <= StepMemory.MostTaps) return true;

        Report(
            Rules.ArgumentOutOfRange, null,
            $"a window over {Input} has {taps:N0} taps in the image, and max pooling counts {StepMemory.MostTaps:N0}",
            $"use a smaller window or input");
        return false;
    }

    /// <summary>True where a tensor can hold the weights, else NIN004.</summary>
    public bool HoldsWeights(string argument, long filters, long channels, Window window, int element = 0)
    {
        if (Saturated.Product(filters, channels, window.Taps) <= int.MaxValue) return true;

        Report(
            Rules.ArgumentOutOfRange, argument,
            $"weights {filters}x{channels}x{window.Rows.Kernel}x{window.Columns.Kernel} over {Input} have more than {int.MaxValue:N0} elements, which no tensor can hold",
            $"make them fewer",
            element);
        return false;
    }
}
