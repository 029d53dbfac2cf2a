using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Nin.Generators.Diagnostics;
using Nin.Generators.Spec;

namespace Nin.Generators.Parsing;

/// <summary>Lists the layers of a class in order, copies those of <c>[LayersOf]</c>, names them and finds their inputs.</summary>
sealed class LayerList
{
    readonly INamedTypeSymbol type;
    readonly ProblemList? problems;
    readonly Expansion expansion;
    readonly LayerNames names;
    readonly List<LayerEntry> entries = [];
    readonly LayerInputs inputs;

    LayerList(INamedTypeSymbol type, ProblemList? problems, Expansion expansion)
    {
        this.type = type;
        this.problems = problems;
        this.expansion = expansion;
        names = new(type);
        inputs = new(entries, problems);
    }

    /// <summary>The layers.</summary>
    public IReadOnlyList<LayerEntry> Entries => entries;

    /// <summary>False where a <c>[LayersOf]</c> could not be followed.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Lists the layers of a class.</summary>
    public static LayerList Of(INamedTypeSymbol type, ProblemList problems) => Of(type, problems, new(type));

    static LayerList Of(INamedTypeSymbol type, ProblemList? problems, Expansion expansion)
    {
        LayerList list = new(type, problems, expansion);
        ImmutableArray<AttributeData> attributes = type.GetAttributes();
        for (int i = 0; i < attributes.Length; i++)
        {
            if (LayerKind.Of(attributes[i]) is { } kind) list.Add(attributes[i], kind, i);
            else if (KnownAttributes.IsLayersOf(attributes[i])) list.AddLayersOf(attributes[i], i);
        }

        list.inputs.Resolve();
        return list;
    }

    void Add(AttributeData data, LayerKind kind, int attribute)
    {
        if (!expansion.Step())
        {
            IsComplete = false;
            return;
        }

        string standard = names.NextDefault(kind.Stem);
        string? given = new AttributeArguments(data).Text("Name");
        string name = given ?? standard;
        LayerEntry entry = new(data, kind, attribute, name, given is not null, LayerEntry.LabelOf(name, entries.Count), IsCopied: false);
        Append(entry);
        inputs.ExpectLayer();
    }

    void AddLayersOf(AttributeData data, int attribute)
    {
        int start = entries.Count;
        LayerList? copied = Follow(data, attribute);
        for (int i = 0; i < copied?.Entries.Count; i++)
        {
            LayerEntry entry = copied.Entries[i];
            string standard = names.NextDefault(entry.Kind.Stem);
            Append(entry.CopyFrom(copied.type.Name, i, attribute, entry.IsNamed ? entry.Name : standard));
        }

        bool whole = copied is { IsComplete: true, Entries.Count: > 0 };
        IsComplete &= whole;
        inputs.ExpectCopy(data, attribute, SubjectOf(data), start, whole);
    }

    static string SubjectOf(AttributeData layersOf) => $"LayersOf<{layersOf.AttributeClass!.TypeArguments[0].Name}>";

    /// <summary>The layers of the class that <c>[LayersOf]</c> names; null where it cannot be followed.</summary>
    LayerList? Follow(AttributeData data, int attribute)
    {
        if (data.AttributeClass!.TypeArguments[0] is not INamedTypeSymbol { TypeKind: not TypeKind.Error } source) return null;

        string subject = SubjectOf(data);
        if (!source.GetAttributes().Any(a => KnownAttributes.IsNetwork(a) || KnownAttributes.IsLayer(a)))
        {
            problems?.Report(
                Rules.NoInput, Site.OnAttribute(attribute), subject,
                $"{source.Name} is no network",
                $"name a class that has [Network] and layers");
            return null;
        }

        (bool returned, bool wasTooLong) = (expansion.ReturnsToRoot, expansion.IsTooLong);
        bool entered = expansion.Step() && expansion.Enter(source);
        LayerList? copied = entered ? Of(source, problems: null, expansion) : null;
        if (entered) expansion.Leave(source);
        if (expansion.ReturnsToRoot && !returned)
        {
            problems?.Report(
                Rules.ArgumentOutOfRange, Site.OnAttribute(attribute), subject,
                $"{source.Name} takes its layers from {type.Name} again",
                $"name a network that does not");
        }
        else if (expansion.IsTooLong && !wasTooLong)
        {
            problems?.Report(
                Rules.ArgumentOutOfRange, Site.OnAttribute(attribute), subject,
                $"{type.Name} has more than {Expansion.MostLayers} layers with those of {source.Name}",
                $"use fewer");
        }

        return copied;
    }

    void Append(LayerEntry entry)
    {
        int earlier = entries.FindIndex(e => e.Name == entry.Name);
        entries.Add(entry);
        if (problems is null) return;

        if (names.Objection(entry.Name) is var (wrong, mend))
        {
            entries[entries.Count - 1] = entry with { HasMember = false };
            problems.Report(Rules.BadName, entry.SiteOf("Name"), entry.Label, wrong, mend);
        }
        else if (earlier >= 0)
        {
            entries[entries.Count - 1] = entry with { HasMember = false };
            LayerEntry offender = !entry.IsNamed && entries[earlier].IsNamed ? entries[earlier] : entry;
            LayerEntry other = offender == entry ? entries[earlier] : entry;
            problems.Report(
                Rules.BadName, offender.SiteOf("Name"), offender.Label,
                $"{other.Label} has the name {entry.Name} too",
                $"choose another");
        }
    }
}
