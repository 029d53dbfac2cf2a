using Microsoft.CodeAnalysis;

namespace Nin.Generators.Symbols;

/// <summary>
/// Recognises the generator's own code: the analyzer is given the class with its generated half, the generator without, and both
/// must find the same members.
/// </summary>
static class GeneratedCode
{
    /// <summary>The suffix of every generated file's name.</summary>
    public const string FileSuffix = ".Nin.g.cs";

    public static bool Declares(ISymbol member) =>
        member.DeclaringSyntaxReferences is { IsEmpty: false } references && references.All(r => IsGenerated(r.SyntaxTree));

    public static bool IsGenerated(SyntaxTree tree) => tree.FilePath.EndsWith(FileSuffix, StringComparison.Ordinal);
}

/// <summary>What the user's half of a class declares.</summary>
static class OwnMembers
{
    /// <summary>The members, without what the compiler or the generator added.</summary>
    public static IEnumerable<ISymbol> Of(INamedTypeSymbol type) =>
        type.GetMembers().Where(m => !m.IsImplicitlyDeclared && !GeneratedCode.Declares(m));

    /// <summary>A member as C# distinguishes it from others: <c>Load(global::Nin.Device, string)</c>, and just the name of what is not a method.</summary>
    public static string Signature(ISymbol member) => member is IMethodSymbol method
        ? $"{method.Name}{(method.Arity > 0 ? $"`{method.Arity}" : "")}({string.Join(", ", method.Parameters.Select(TypeOf))})"
        : member.Name;

    /// <summary>Whether no class can have both members.</summary>
    public static bool Clash(string one, string other) =>
        one == other || (NameOf(one) == NameOf(other) && !(one.Contains('(') && other.Contains('(')));

    /// <summary>The name in a signature.</summary>
    public static string NameOf(string signature) => signature.Split('(', '`')[0];

    static string TypeOf(IParameterSymbol parameter)
    {
        string type = parameter.Type.TypeKind == TypeKind.Dynamic ? "object" : parameter.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        return parameter.RefKind == RefKind.None ? type : $"ref {type}";
    }
}
