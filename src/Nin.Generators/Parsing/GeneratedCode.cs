using Microsoft.CodeAnalysis;

namespace Nin.Generators.Parsing;

/// <summary>
/// Tells the generator's own code apart: the analyzer sees the class with its generated half, the generator without, and both
/// must find the same.
/// </summary>
static class GeneratedCode
{
    /// <summary>How the name of every generated file ends.</summary>
    public const string FileSuffix = ".Nin.g.cs";

    public static bool Declares(ISymbol member) =>
        member.DeclaringSyntaxReferences is { IsEmpty: false } references && references.All(r => IsGenerated(r.SyntaxTree));

    public static bool IsGenerated(SyntaxTree tree) => tree.FilePath.EndsWith(FileSuffix, StringComparison.Ordinal);
}
