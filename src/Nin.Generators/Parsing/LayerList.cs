using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Nin.Generators.Diagnostics;
using Nin.Generators.Layers;
using Nin.Generators.Symbols;

namespace Nin.Generators.Parsing;

/// <summary>Lists the layers of a class in order, copies those of <c>[LayersOf]</c>, names them and finds their inputs.</summary>
sealed class LayerList
{
    readonly INamedTypeSymbol type;
    readonly DiagnosticList? diagnostics;
    readonly Expansion expansion;
    readonly bool isBlock;
    readonly LayerNames names;
    readonly List<LayerEntry> entries = [];
    readonly LayerInputs inputs;

    LayerList(INamedTypeSymbol type, DiagnosticList? diagnostics, Expansion expansion)
    {
        this.type = type;
        this.diagnostics = diagnostics;
        this.expansion = expansion;
        isBlock = IsBlock(type);
        names = new(type, isBlock);
        inputs = new(entries, diagnostics);
    }

    /// <summary>The layers.</summary>
    public IReadOnlyList<LayerEntry> Entries => entries;

    /// <summary>False where a <c>[LayersOf]</c> could not be followed.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Lists the layers of a class.</summary>
    public static LayerList Of(INamedTypeSymbol type, DiagnosticList diagnostics) => Of(type, diagnostics, new(type));

    /// <summary>Whether a class exists only for its layers.</summary>
    static bool IsBlock(INamedTypeSymbol type) =>
        type.GetAttributes().Any(NinAttributes.IsLayers) && !type.GetAttributes().Any(NinAttributes.IsNetwork);

    static LayerList Of(INamedTypeSymbol type, DiagnosticList? diagnostics, Expansion expansion)
    {
        LayerList list = new(type, diagnostics, expansion);
        ImmutableArray<AttributeData> attributes = type.GetAttributes();
        for (int i = 0; i < attributes.Length; i++)
        {
            if (LayerKinds.Of(attributes[i]) is { } kind) list.Add(attributes[i], kind, i);
            else if (NinAttributes.IsLayersOf(attributes[i])) list.AddLayersOf(attributes[i], i);
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
        string source = data.AttributeClass!.TypeArguments[0].Name;
        Reporter reporter = new($"LayersOf<{source}>", attribute, isCopied: false, diagnostics);
        LayersOfLine line = new(data, source, isBlock, reporter);
        (bool returned, bool wasTooLong) = (expansion.ReturnsToRoot, expansion.IsTooLong);
        LayerList? copied = Follow(data, reporter);
        bool whole = copied is { IsComplete: true, Entries.Count: > 0 };
        if (copied is not null)
        {
            IReadOnlyList<LayerEntry> taken = line.Taken(copied.Entries);
            IsComplete &= line.GivesParameters(taken);
            Copy(line, taken, data, attribute, ref whole);
        }

        IsComplete &= whole;
        if (expansion.ReturnsToRoot && !returned)
        {
            reporter.Report(
                Rules.ArgumentOutOfRange, null,
                $"{source} takes its layers from {type.Name} again",
                $"name a network that does not");
        }
        else if (expansion.IsTooLong && !wasTooLong)
        {
            reporter.Report(
                Rules.ArgumentOutOfRange, null,
                $"{type.Name} has more than {Expansion.MostLayers} layers with those of {source}",
                $"use fewer");
        }
    }

    /// <summary>Appends every repetition of the layers that a <c>[LayersOf]</c> takes.</summary>
    void Copy(LayersOfLine line, IReadOnlyList<LayerEntry> taken, AttributeData data, int attribute, ref bool whole)
    {
        // One duplicate name is reported for all.
        bool reportsNames = line.HasGoodName;
        for (int repetition = 0; repetition < line.Times; repetition++)
        {
            int start = entries.Count;
            for (int i = 0; i < taken.Count; i++)
            {
                // Those of the first repetition were counted where they are listed.
                if (repetition > 0 && !expansion.Step())
                {
                    whole = false;
                    break;
                }

                LayerEntry entry = taken[i];
                string? named = line.NameOf(entry, repetition);
                string name = named ?? NextName(entry);
                bool isUnique = Append(
                    entry.CopyFrom(line.Source, i, attribute, name, named is not null || entry.IsNamed, line.ValuesOf(repetition)), reportsNames);
                reportsNames &= isUnique;
            }

            inputs.ExpectCopy(repetition == 0 ? data : null, line.ReportsTo, start, whole);
            if (!whole) break;
        }
    }

    /// <summary>The name of a copied layer that its <c>[LayersOf]</c> does not change.</summary>
    string NextName(LayerEntry entry)
    {
        string standard = names.NextDefault(entry.Kind.Stem);
        return entry.IsNamed ? entry.Name : standard;
    }

    /// <summary>The layers of the class that <c>[LayersOf]</c> names; null where it cannot be followed.</summary>
    LayerList? Follow(AttributeData data, Reporter reporter)
    {
        if (data.AttributeClass!.TypeArguments[0] is not INamedTypeSymbol { TypeKind: not TypeKind.Error } source) return null;

        if (!source.GetAttributes().Any(a => NinAttributes.IsNetwork(a) || NinAttributes.IsLayers(a) || LayerKinds.IsLayer(a)))
        {
            reporter.Report(
                Rules.NoInput, null,
                $"{source.Name} is not a network",
                $"name a class that has layers, and [Network] or [Layers]");
            return null;
        }

        bool entered = expansion.Step() && expansion.Enter(source);
        LayerList? copied = entered ? Of(source, diagnostics: null, expansion) : null;
        if (entered) expansion.Leave(source);
        return copied;
    }

    /// <summary>Adds a layer and reports a name that it cannot have; false where its name is used twice.</summary>
    bool Append(LayerEntry entry, bool reports = true)
    {
        int earlier = entries.FindIndex(e => e.Name == entry.Name);
        entries.Add(entry);
        if (diagnostics is null) return true;

        if (names.Objection(entry.Name) is var (wrong, fix))
        {
            entries[entries.Count - 1] = entry with { HasMember = false };
            if (reports) entry.Reporter(diagnostics).Report(Rules.BadName, "Name", wrong, fix);
        }
        else if (earlier >= 0)
        {
            entries[entries.Count - 1] = entry with { HasMember = false };
            LayerEntry offender = !entry.IsNamed && entries[earlier].IsNamed ? entries[earlier] : entry;
            LayerEntry other = offender == entry ? entries[earlier] : entry;
            if (reports) ReportTwice(offender, other);
            return false;
        }

        return true;
    }

    void ReportTwice(LayerEntry offender, LayerEntry other)
    {
        string fix = offender.IsCopied ? "give its [LayersOf] a Name of its own, which then begins the names of its layers" : "choose another";
        offender.Reporter(diagnostics).Report(
            Rules.BadName, "Name",
            $"{other.Label} has the name {offender.Name} too",
            $"{fix}");
    }

    /// <summary>The layers after shapes are known: reports a name of an inserted one that it cannot have.</summary>
    public IReadOnlyList<LayerEntry> CheckInserted(IReadOnlyList<LayerEntry> placed)
    {
        LayerEntry[] result = [.. placed];
        for (int i = 0; i < result.Length; i++)
        {
            LayerEntry entry = result[i];
            if (entry.Inserted is null) continue;

            LayerEntry? other = placed.FirstOrDefault(e => e.Name == entry.Name && e != entry);
            (FormattableString Wrong, FormattableString Fix)? objection =
                other is null ? names.Objection(entry.Name) : ($"{other.Label} has the name {entry.Name} too", $"choose another");
            if (objection is not var (wrong, fix)) continue;

            result[i] = entry with { HasMember = false };
            entry.Reporter(diagnostics).Report(Rules.BadName, "Project", wrong, fix);
        }

        return result;
    }
}
