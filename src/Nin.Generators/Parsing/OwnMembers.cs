using Microsoft.CodeAnalysis;

namespace Nin.Generators.Parsing;

/// <summary>What the user's half of a class declares.</summary>
static class OwnMembers
{
    /// <summary>The members, without what the compiler or the generator added.</summary>
    public static IEnumerable<ISymbol> Of(INamedTypeSymbol type) =>
        type.GetMembers().Where(m => !m.IsImplicitlyDeclared && !GeneratedCode.Declares(m));

    /// <summary>The signatures of those that bear a name which networks have too, in order of the alphabet: equal members are equal specs.</summary>
    public static IEnumerable<string> Signatures(INamedTypeSymbol type) => Of(type)
        .Select(Signature)
        .Where(signature => GeneratedMembers.IsName(NameOf(signature)))
        .Distinct()
        .OrderBy(signature => signature, StringComparer.Ordinal);

    /// <summary>A member as C# tells it from another: <c>Load(global::Nin.Device, string)</c>, and the name alone of what is no method.</summary>
    public static string Signature(ISymbol member) => member is IMethodSymbol method
        ? $"{method.Name}{(method.Arity > 0 ? $"`{method.Arity}" : "")}({string.Join(", ", method.Parameters.Select(TypeOf))})"
        : member.Name;

    /// <summary>Whether no class can have both members.</summary>
    public static bool Clash(string one, string other) =>
        one == other || (NameOf(one) == NameOf(other) && !(one.Contains('(') && other.Contains('(')));

    static string NameOf(string signature) => signature.Split('(', '`')[0];

    static string TypeOf(IParameterSymbol parameter)
    {
        string type = parameter.Type.TypeKind == TypeKind.Dynamic ? "object" : parameter.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        return parameter.RefKind == RefKind.None ? type : $"ref {type}";
    }
}
