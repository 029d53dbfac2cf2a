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
    readonly LayerNames names;
    readonly List<LayerEntry> entries = [];
    readonly LayerInputs inputs;

    LayerList(INamedTypeSymbol type, DiagnosticList? diagnostics, Expansion expansion)
    {
        this.type = type;
        this.diagnostics = diagnostics;
        this.expansion = expansion;
        names = new(type);
        inputs = new(entries, diagnostics);
    }

    /// <summary>The layers.</summary>
    public IReadOnlyList<LayerEntry> Entries => entries;

    /// <summary>False where a <c>[LayersOf]</c> could not be followed.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Lists the layers of a class.</summary>
    public static LayerList Of(INamedTypeSymbol type, DiagnosticList diagnostics) => Of(type, diagnostics, new(type));

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
        inputs.ExpectCopy(data, ReporterOf(data, attribute), start, whole);
    }

    /// <summary>Reports on a <c>[LayersOf]</c> of the class itself.</summary>
    Reporter ReporterOf(AttributeData layersOf, int attribute) =>
        new($"LayersOf<{layersOf.AttributeClass!.TypeArguments[0].Name}>", attribute, isCopied: false, diagnostics);

    /// <summary>The layers of the class that <c>[LayersOf]</c> names; null where it cannot be followed.</summary>
    LayerList? Follow(AttributeData data, int attribute)
    {
        if (data.AttributeClass!.TypeArguments[0] is not INamedTypeSymbol { TypeKind: not TypeKind.Error } source) return null;

        Reporter reporter = ReporterOf(data, attribute);
        if (!source.GetAttributes().Any(a => NinAttributes.IsNetwork(a) || LayerKinds.IsLayer(a)))
        {
            reporter.Report(
                Rules.NoInput, null,
                $"{source.Name} is not a network",
                $"name a class that has [Network] and layers");
            return null;
        }

        (bool returned, bool wasTooLong) = (expansion.ReturnsToRoot, expansion.IsTooLong);
        bool entered = expansion.Step() && expansion.Enter(source);
        LayerList? copied = entered ? Of(source, diagnostics: null, expansion) : null;
        if (entered) expansion.Leave(source);
        if (expansion.ReturnsToRoot && !returned)
        {
            reporter.Report(
                Rules.ArgumentOutOfRange, null,
                $"{source.Name} takes its layers from {type.Name} again",
                $"name a network that does not");
        }
        else if (expansion.IsTooLong && !wasTooLong)
        {
            reporter.Report(
                Rules.ArgumentOutOfRange, null,
                $"{type.Name} has more than {Expansion.MostLayers} layers with those of {source.Name}",
                $"use fewer");
        }

        return copied;
    }

    void Append(LayerEntry entry)
    {
        int earlier = entries.FindIndex(e => e.Name == entry.Name);
        entries.Add(entry);
        if (diagnostics is null) return;

        if (names.Objection(entry.Name) is var (wrong, fix))
        {
            entries[entries.Count - 1] = entry with { HasMember = false };
            entry.Reporter(diagnostics).Report(Rules.BadName, "Name", wrong, fix);
        }
        else if (earlier >= 0)
        {
            entries[entries.Count - 1] = entry with { HasMember = false };
            LayerEntry offender = !entry.IsNamed && entries[earlier].IsNamed ? entries[earlier] : entry;
            LayerEntry other = offender == entry ? entries[earlier] : entry;
            offender.Reporter(diagnostics).Report(
                Rules.BadName, "Name",
                $"{other.Label} has the name {entry.Name} too",
                $"choose another");
        }
    }
}

/// <summary>
/// What a class and all that <c>[LayersOf]</c> brings share while their layers are listed: where the walk is, and how far it may
/// go.
/// </summary>
sealed class Expansion(INamedTypeSymbol root)
{
    /// <summary>The most layers of a network, copies included: a chain of copies of copies grows without bound.</summary>
    public const int MostLayers = 2000;

    readonly HashSet<ISymbol> path = new([root], SymbolEqualityComparer.Default);
    int steps;

    /// <summary>True once a class was to be copied into itself, the root among them.</summary>
    public bool ReturnsToRoot { get; private set; }

    /// <summary>True once more layers came together than a network may have.</summary>
    public bool IsTooLong => steps > MostLayers;

    /// <summary>Counts a layer or a copy; false where there are too many.</summary>
    public bool Step() => ++steps <= MostLayers;

    /// <summary>Goes into a class; false where the walk is inside it already.</summary>
    public bool Enter(INamedTypeSymbol type)
    {
        if (path.Add(type)) return true;

        ReturnsToRoot |= SymbolEqualityComparer.Default.Equals(type, root);
        return false;
    }

    public void Leave(INamedTypeSymbol type) => path.Remove(type);
}
