using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Nin.Generators.Parsing;

namespace Nin.Generators.Diagnostics;

/// <summary>Finds the source of a <see cref="Site"/>: the argument where there is one, else the attribute's or the type's name.</summary>
static class SiteLocator
{
    public static Location Find(INamedTypeSymbol type, Site site, CancellationToken cancellation) => site.Kind switch
    {
        SiteKind.Attribute => OfAttribute(type.GetAttributes()[site.Index], site, cancellation),
        SiteKind.Constructor => OfSymbol(type.InstanceConstructors[site.Index]),
        SiteKind.Member => OfSymbol(type.GetMembers()[site.Index]),
        _ => OfSymbol(Around(type, site.Index)),
    };

    static INamedTypeSymbol Around(INamedTypeSymbol type, int depth) => depth == 0 ? type : Around(type.ContainingType, depth - 1);

    static Location OfSymbol(ISymbol symbol) =>
        symbol.Locations.FirstOrDefault(l => l.SourceTree is { } tree && !GeneratedCode.IsGenerated(tree)) ?? Location.None;

    static Location OfAttribute(AttributeData data, Site site, CancellationToken cancellation)
    {
        if (data.ApplicationSyntaxReference?.GetSyntax(cancellation) is not AttributeSyntax attribute) return Location.None;

        SyntaxNode? argument = site.Argument is { } name ? Named(attribute, name) ?? Positional(attribute, data, name, site.Element) : null;
        return (argument ?? attribute.Name).GetLocation();
    }

    static AttributeArgumentSyntax? Named(AttributeSyntax attribute, string name) =>
        attribute.ArgumentList?.Arguments.LastOrDefault(a => (a.NameEquals?.Name ?? a.NameColon?.Name)?.Identifier.ValueText == name);

    static SyntaxNode? Positional(AttributeSyntax attribute, AttributeData data, string name, int element)
    {
        if (data.AttributeConstructor?.Parameters.FirstOrDefault(p => p.Name == name) is not { } parameter) return null;

        AttributeArgumentSyntax[] inPlace =
            [.. attribute.ArgumentList?.Arguments.Where(a => a.NameEquals is null && a.NameColon is null) ?? []];
        if (parameter.Ordinal >= inPlace.Length) return null;

        AttributeArgumentSyntax first = inPlace[parameter.Ordinal];
        return Elements(first.Expression).ElementAtOrDefault(element) ?? inPlace.ElementAtOrDefault(parameter.Ordinal + element) ?? first;
    }

    /// <summary>The elements of a <c>params</c> argument that was written as an array.</summary>
    static IEnumerable<SyntaxNode> Elements(ExpressionSyntax expression) => expression switch
    {
        ArrayCreationExpressionSyntax { Initializer: { } initializer } => initializer.Expressions,
        ImplicitArrayCreationExpressionSyntax { Initializer: { } initializer } => initializer.Expressions,
        CollectionExpressionSyntax collection => collection.Elements,
        _ => [],
    };
}
