using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Nin.Generators.Diagnostics;
using Nin.Generators.Layers;
using Nin.Generators.Spec;
using Nin.Generators.Symbols;

namespace Nin.Generators.Parsing;

/// <summary>
/// From a class's attributes to its spec and diagnostics. Generator and analyzer both call it; it never throws, whatever the code
/// contains while it is being typed.
/// </summary>
static class NetworkParser
{
    /// <summary>Parses a class; nothing at all for one that declares neither network nor layers, and no spec for a block.</summary>
    public static ParseResult Parse(INamedTypeSymbol type, CancellationToken cancellation)
    {
        ImmutableArray<AttributeData> attributes = type.GetAttributes();
        int firstLayer = IndexOf(attributes, LayerKinds.IsLayer);
        int network = IndexOf(attributes, NinAttributes.IsNetwork);
        DiagnosticList diagnostics = new();
        int block = IndexOf(attributes, NinAttributes.IsLayers);
        if (network >= 0)
        {
            if (block >= 0)
            {
                diagnostics.Report(
                    Rules.ArgumentOutOfRange, DiagnosticLocation.OnAttribute(block), type.Name,
                    $"[Layers] and [Network] exclude each other",
                    $"leave [Layers] out, or [Network] where other networks alone take its layers");
            }

            return new(ParseNetwork(type, network, firstLayer >= 0, diagnostics, cancellation), diagnostics.Diagnostics);
        }

        if (block >= 0) CheckBlock(type, block, firstLayer >= 0, diagnostics, cancellation);
        else if (firstLayer >= 0)
        {
            diagnostics.Report(
                Rules.NoInput, DiagnosticLocation.OnAttribute(firstLayer), type.Name,
                $"it has layers, but no input",
                $"put [Network(channels, height, width)] on it, or [Layers] where networks take its layers");
        }

        return new(null, diagnostics.Diagnostics);
    }

    /// <summary>A block has no shapes: its own list and arguments are all that can be wrong.</summary>
    static void CheckBlock(INamedTypeSymbol type, int attribute, bool hasLayers, DiagnosticList diagnostics, CancellationToken cancellation)
    {
        if (!hasLayers)
        {
            diagnostics.Report(
                Rules.NoLayer, DiagnosticLocation.OnAttribute(attribute), type.Name,
                $"it has no layer",
                $"add one, such as [Conv2d(Block.Filters, Kernel = 3)]");
        }
        else if (ClassChecks.LayersStandTogether(type, diagnostics, cancellation))
        {
            foreach (LayerEntry entry in LayerList.Of(type, diagnostics).Entries.Where(e => !e.IsCopied))
            {
                (entry with { Values = BlockValues.Sample }).Read(diagnostics, out _);
            }
        }
    }

    static NetworkSpec? ParseNetwork(
        INamedTypeSymbol type, int attribute, bool hasLayers, DiagnosticList diagnostics, CancellationToken cancellation)
    {
        bool canEmit = ClassChecks.CanBeNetwork(type, diagnostics, cancellation);
        bool membersFit = ClassChecks.MembersFit(type, diagnostics), languageFits = ClassChecks.LanguageFits(type, diagnostics, cancellation);
        NetworkDeclaration declaration = NetworkDeclaration.Read(type, attribute, diagnostics);
        if (!hasLayers && declaration.Input is not null)
        {
            diagnostics.Report(
                Rules.NoLayer, DiagnosticLocation.OnAttribute(attribute), type.Name,
                $"it has no layer",
                $"add one, such as [NinBlock(32, Kernel = 3)]");
        }

        IReadOnlyList<LayerEntry> entries = [];
        IReadOnlyList<LayerSpec?> specs = [];
        bool isComplete = hasLayers && ClassChecks.LayersStandTogether(type, diagnostics, cancellation);
        if (isComplete)
        {
            LayerList list = LayerList.Of(type, diagnostics);
            ShapeInference shapes = ShapeInference.Run(list.Entries, declaration.Input, diagnostics);
            entries = list.CheckInserted(shapes.Entries);
            specs = shapes.Specs;
            isComplete = list.IsComplete && specs.All(s => s is not null);
            if (isComplete) NetworkChecks.Run(declaration, entries, [.. specs.Select(s => s!)], diagnostics);
        }

        if (!canEmit || ClassChecks.LanguageOf(type, cancellation) < ClassChecks.StubLanguage) return null;

        bool hasErrors = !isComplete || diagnostics.HasErrors;
        NetworkSpec spec = Spec(declaration, entries, specs, isStub: !membersFit || !languageFits, hasErrors, cancellation);
        return languageFits ? spec : spec.WithoutTypedLayers();
    }

    static NetworkSpec Spec(
        NetworkDeclaration declaration,
        IReadOnlyList<LayerEntry> entries,
        IReadOnlyList<LayerSpec?> specs,
        bool isStub,
        bool hasErrors,
        CancellationToken cancellation)
    {
        INamedTypeSymbol type = declaration.Type;
        List<ContainingType> containers = [];
        string hintName = type.MetadataName;
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            containers.Insert(0, new(KeywordOf(outer), outer.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)));
            hintName = $"{outer.MetadataName}.{hintName}";
        }

        string ns = type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString();
        LayerSpec[] typed = [.. specs.TakeWhile((s, i) => s is not null && entries[i].HasMember).Select(s => s!)];
        Shape? output = typed.Length == entries.Count && typed.Length > 0 ? typed[typed.Length - 1].Output : null;
        Shape? declared = declaration.Classes is int classes ? Shape.Features(classes) : output;
        return new(
            ns.Length == 0 ? hintName : $"{ns.Replace("@", "")}.{hintName}",
            ns,
            new(containers),
            Escaped(type.Name),
            declaration.Init,
            declaration.Input,
            new(typed),
            new(entries.Skip(typed.Length).Select(e => e.HasMember ? e.Name : "")),
            declared,
            new(NamesLikeLayers(type, typed)),
            new(GeneratedMembers.SameNamed(type)),
            HiddenNames.Any(type, entries.Select(e => e.Name), cancellation),
            ClassChecks.MustDenyClsCompliance(type),
            IsStub: isStub || declaration.Input is null || output is null || output != declared,
            hasErrors);
    }

    /// <summary>Members that might clash with a layer's class or step: their names begin with a layer's name.</summary>
    static IEnumerable<string> NamesLikeLayers(INamedTypeSymbol type, LayerSpec[] layers) => OwnMembers.Of(type)
        .Select(member => member.Name)
        .Where(member => layers.Any(layer => member.StartsWith(layer.Name, StringComparison.Ordinal)))
        .Distinct()
        .OrderBy(member => member, StringComparer.Ordinal);

    static string KeywordOf(INamedTypeSymbol type) => (type.TypeKind, type.IsRecord) switch
    {
        (TypeKind.Interface, _) => "interface",
        (TypeKind.Struct, true) => "record struct",
        (TypeKind.Struct, false) => "struct",
        (_, true) => "record",
        _ => "class",
    };

    static string Escaped(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : $"@{name}";

    static int IndexOf(ImmutableArray<AttributeData> attributes, Func<AttributeData, bool> matches)
    {
        for (int i = 0; i < attributes.Length; i++)
        {
            if (matches(attributes[i])) return i;
        }

        return -1;
    }
}

/// <summary>What a class declares, and what is wrong with it.</summary>
/// <param name="Spec">For emission; null where nothing can be emitted.</param>
/// <param name="Diagnostics">For the analyzer.</param>
readonly record struct ParseResult(NetworkSpec? Spec, IReadOnlyList<NetworkDiagnostic> Diagnostics);
