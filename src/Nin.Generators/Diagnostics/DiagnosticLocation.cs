using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Nin.Generators.Symbols;

namespace Nin.Generators.Diagnostics;

/// <summary>The location of a diagnostic, without a position in the source, so that the generator and the analyzer share one parser.</summary>
/// <param name="On">What <paramref name="Index"/> counts.</param>
/// <param name="Index">Attribute of the class, type around it (0 is the class itself), constructor, or member.</param>
/// <param name="Argument">Name of the attribute's property or constructor parameter; null for the attribute as a whole.</param>
/// <param name="Element">Element of a <c>params</c> argument; 0 where the argument is one value.</param>
readonly record struct DiagnosticLocation(DiagnosticLocation.Target On, int Index, string? Argument = null, int Element = 0)
{
    public enum Target
    {
        Attribute,
        Type,
        Constructor,
        Member,
    }

    public static DiagnosticLocation OnAttribute(int index) => new(Target.Attribute, index);

    public static DiagnosticLocation OnArgument(int index, string? argument, int element = 0) => new(Target.Attribute, index, argument, element);

    public static DiagnosticLocation OnType(int depth) => new(Target.Type, depth);

    public static DiagnosticLocation OnConstructor(int index) => new(Target.Constructor, index);

    public static DiagnosticLocation OnMember(int index) => new(Target.Member, index);

    /// <summary>The source: the argument where there is one, else the attribute's or the type's name.</summary>
    public Location Find(INamedTypeSymbol type, CancellationToken cancellation) => On switch
    {
        Target.Attribute => OfAttribute(type.GetAttributes()[Index], cancellation),
        Target.Constructor => OfSymbol(type.InstanceConstructors[Index]),
        Target.Member => OfSymbol(type.GetMembers()[Index]),
        _ => OfSymbol(Around(type, Index)),
    };

    static INamedTypeSymbol Around(INamedTypeSymbol type, int depth) => depth == 0 ? type : Around(type.ContainingType, depth - 1);

    static Location OfSymbol(ISymbol symbol) =>
        symbol.Locations.FirstOrDefault(l => l.SourceTree is { } tree && !GeneratedCode.IsGenerated(tree)) ?? Location.None;

    Location OfAttribute(AttributeData data, CancellationToken cancellation)
    {
        if (data.ApplicationSyntaxReference?.GetSyntax(cancellation) is not AttributeSyntax attribute) return Location.None;

        SyntaxNode? argument = Argument is { } name ? Named(attribute, name) ?? Positional(attribute, data, name, Element) : null;
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
