using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Nin.Generators.Diagnostics;
using Nin.Generators.Layers;
using Nin.Generators.Symbols;
using Nin.Shapes.Sizes;
using static System.FormattableString;

namespace Nin.Generators.Parsing;

/// <summary>What a <c>[LayersOf]</c> says: which layers it takes, how often, by which names, and with which values of a block's parameters.</summary>
sealed class LayersOfLine
{
    /// <summary>The most repetitions: a typing error must not build ten thousand layers.</summary>
    public const int MostTimes = 1000;

    readonly AttributeData data;
    readonly string? name;
    readonly bool isNumbered;
    readonly BlockValues values;

    /// <param name="data">The attribute.</param>
    /// <param name="source">The name of the class whose layers it takes.</param>
    /// <param name="inBlock">Whether it is on a block, whose parameters it may pass on.</param>
    /// <param name="reporter">Reports on it.</param>
    public LayersOfLine(AttributeData data, string source, bool inBlock, Reporter reporter)
    {
        this.data = data;
        Source = source;
        ReportsTo = reporter;
        AttributeArguments arguments = new(data);
        ArgumentReader reader = new(data, reporter, inBlock ? BlockValues.Sample : BlockValues.Open);
        isNumbered = reader.IsGiven("Times");
        Times = reader.Whole("Times", fallback: 1, least: 1, MostTimes);
        values = new(ValueOf("Filters"), ValueOf("Stride"));
        name = arguments.Text("Name");
        HasGoodName = name is null || SyntaxFacts.IsValidIdentifier(name);
        if (!HasGoodName)
        {
            reporter.Report(
                Rules.BadName, "Name",
                $"Name = \"{name}\" is not a valid C# identifier, with which the names of its layers begin",
                $"use letters, digits and _");
        }

        int ValueOf(string parameter)
        {
            if (!reader.IsGiven(parameter)) return BlockValues.Missing;

            ArgumentReader one = new(data, reporter, inBlock ? BlockValues.Sample : BlockValues.Open);
            one.Whole(parameter, fallback: null, least: 1);
            return one.IsUsable ? AttributeArguments.Value<int>(arguments.Find(parameter)) : BlockValues.Missing;
        }
    }

    /// <summary>The name of the class whose layers it takes.</summary>
    public string Source { get; }

    public Reporter ReportsTo { get; }

    /// <summary>How often the layers are repeated.</summary>
    public int Times { get; }

    /// <summary>False where no layer's name can begin with the name that it gives, which is reported.</summary>
    public bool HasGoodName { get; }

    /// <summary>A layer's name in a repetition, counted from 0; null where none is given.</summary>
    public string? NameOf(LayerEntry entry, int repetition) => name switch
    {
        null => null,
        _ when isNumbered => Invariant($"{name}_{repetition + 1}_{entry.Name}"),
        _ => $"{name}_{entry.Name}",
    };

    /// <summary>The values of a repetition: only the first has the stride, so that the others keep the size.</summary>
    public BlockValues ValuesOf(int repetition) =>
        repetition > 0 && values.Stride != BlockValues.Missing ? values with { Stride = LayerDefaults.Stride } : values;

    /// <summary>The layers that it takes: those up to the one that <c>Until</c> names.</summary>
    public IReadOnlyList<LayerEntry> Taken(IReadOnlyList<LayerEntry> all)
    {
        if (new AttributeArguments(data).Text("Until") is not string until) return all;

        for (int i = 0; i < all.Count; i++)
        {
            if (all[i].Name == until) return [.. all.Take(i + 1)];
        }

        ReportsTo.Report(
            Rules.BadName, "Until",
            $"Until = \"{until}\" names no layer of {Source}",
            $"use one of {string.Join(", ", all.Select(e => e.Name))}");
        return all;
    }

    /// <summary>Reports a parameter that the layers use and this does not give, and vice versa; true where all are given.</summary>
    public bool GivesParameters(IReadOnlyList<LayerEntry> taken)
    {
        return Gives("Filters", BlockParameters.Filters, example: 64) & Gives("Stride", BlockParameters.Stride, example: 1);

        bool Gives(string parameter, int standsFor, int example)
        {
            bool isUsed = taken.Any(e => e.Values.Uses(e.Data, standsFor));
            bool isGiven = new AttributeArguments(data).IsGiven(parameter);
            if (isUsed && !isGiven)
            {
                ReportsTo.Report(
                    Rules.ArgumentOutOfRange, null,
                    $"{Source} takes {parameter}, which is not given",
                    $"use {parameter} = {example}, say");
            }
            else if (isGiven && !isUsed && taken.Count > 0)
            {
                ReportsTo.Report(
                    Rules.ArgumentOutOfRange, parameter,
                    $"{parameter} is given, but no layer of {Source} takes Block.{parameter}",
                    $"leave it out");
            }

            return isGiven || !isUsed;
        }
    }
}
