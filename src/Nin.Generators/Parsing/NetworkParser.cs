using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Nin.Generators.Diagnostics;
using Nin.Generators.Inference;
using Nin.Generators.Spec;

namespace Nin.Generators.Parsing;

/// <summary>
/// From a class's attributes to its spec and problems. Generator and analyzer both call it; it throws for nothing that code can
/// contain while it is being typed.
/// </summary>
static class NetworkParser
{
    /// <summary>Parses a class; nothing at all for one that declares neither network nor layers.</summary>
    public static ParseResult Parse(INamedTypeSymbol type, CancellationToken cancellation)
    {
        ImmutableArray<AttributeData> attributes = type.GetAttributes();
        int firstLayer = IndexOf(attributes, KnownAttributes.IsLayer);
        int network = IndexOf(attributes, KnownAttributes.IsNetwork);
        ProblemList problems = new();
        if (network >= 0) return new(ParseNetwork(type, network, firstLayer >= 0, problems, cancellation), problems.Problems);

        if (firstLayer >= 0)
        {
            problems.Report(
                Rules.NoInput, Site.OnAttribute(firstLayer), type.Name,
                $"it has layers, but no input",
                $"put [Network(channels, height, width)] on it");
        }

        return new(null, problems.Problems);
    }

    static NetworkSpec? ParseNetwork(
        INamedTypeSymbol type, int attribute, bool hasLayers, ProblemList problems, CancellationToken cancellation)
    {
        bool canEmit = ClassChecks.CanBeNetwork(type, problems, cancellation);
        ClassChecks.CheckMembers(type, problems);
        NetworkDeclaration declaration = NetworkDeclaration.Read(type, attribute, problems);
        if (!hasLayers && declaration.Input is not null)
        {
            problems.Report(
                Rules.NoLayer, Site.OnAttribute(attribute), type.Name,
                $"it has no layer",
                $"add one, such as [NinBlock(32, Kernel = 3)]");
        }

        IReadOnlyList<LayerEntry> entries = [];
        IReadOnlyList<LayerSpec?> specs = [];
        bool isComplete = hasLayers && ClassChecks.LayersStandTogether(type, problems, cancellation);
        if (isComplete)
        {
            LayerList list = LayerList.Of(type, problems);
            entries = list.Entries;
            specs = ShapeInference.Run(entries, declaration.Input, problems);
            isComplete = list.IsComplete && specs.All(s => s is not null);
            if (isComplete) NetworkChecks.Run(declaration, entries, [.. specs.Select(s => s!)], problems);
        }

        return canEmit ? Spec(declaration, entries, specs, hasErrors: !isComplete || problems.HasErrors) : null;
    }

    static NetworkSpec Spec(
        NetworkDeclaration declaration, IReadOnlyList<LayerEntry> entries, IReadOnlyList<LayerSpec?> specs, bool hasErrors)
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
        return new(
            ns.Length == 0 ? hintName : $"{ns.Replace("@", "")}.{hintName}",
            ns,
            new(containers),
            Escaped(type.Name),
            declaration.Init,
            declaration.Input,
            new(typed),
            new(entries.Skip(typed.Length).Select(e => e.HasMember ? e.Name : "")),
            new(NamesLikeLayers(type, typed)),
            new(OwnMembers.Signatures(type)),
            HiddenNames.Any(type, entries.Select(e => e.Name)),
            hasErrors);
    }

    /// <summary>Members that stand where a layer's class or step would: names of layers with something behind.</summary>
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
