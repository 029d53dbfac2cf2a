using Microsoft.CodeAnalysis;

namespace Nin.Generators.Symbols;

/// <summary>The user's types that a declaration names.</summary>
static class TypeNames
{
    /// <summary>
    /// How generated code names one of the user's types. One in a namespace inside <c>Nin</c> is written <c>global::@Nin.Samples.Lrn</c>: imports,
    /// for which the library's own names are cut short, do not reach it.
    /// </summary>
    public static string Full(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat).Replace("global::Nin.", "global::@Nin.");

    /// <summary>The same without type arguments.</summary>
    public static string Open(ITypeSymbol type) =>
        type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGenericsOptions(SymbolDisplayGenericsOptions.None)).Replace("global::Nin.", "global::@Nin.");

    /// <summary>Whether code in another assembly could name it: it is public, and so are the types around it and its arguments.</summary>
    public static bool IsPublic(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (outer.DeclaredAccessibility != Accessibility.Public) return false;
            if (outer.TypeArguments.OfType<INamedTypeSymbol>().Any(a => a.TypeKind != TypeKind.Error && !IsPublic(a))) return false;
        }

        return true;
    }

    /// <summary>Whether a type is one of namespace <c>Nin</c>.</summary>
    public static bool IsNin(ITypeSymbol type, string metadataName) =>
        type is { ContainingType: null, ContainingNamespace: { Name: "Nin", ContainingNamespace.IsGlobalNamespace: true } }
        && type.MetadataName == metadataName;

    /// <summary>Whether half-typed code leaves some part of a type open.</summary>
    public static bool HasError(ITypeSymbol type) => type switch
    {
        INamedTypeSymbol named => named.TypeKind == TypeKind.Error || named.TypeArguments.Any(HasError)
            || (named.ContainingType is { } outer && HasError(outer)),
        IArrayTypeSymbol array => HasError(array.ElementType),
        IPointerTypeSymbol pointer => HasError(pointer.PointedAtType),
        _ => type.TypeKind is TypeKind.Error or TypeKind.TypeParameter or TypeKind.Dynamic,
    };
}
