using Microsoft.CodeAnalysis.CSharp;
using static System.FormattableString;

namespace Nin.Generators.Source;

/// <summary>How generated methods name a layer's property, which one of their parameters may hide.</summary>
static class Access
{
    /// <summary>The parameters of generated constructors and methods.</summary>
    public static IReadOnlyList<string> Parameters { get; } =
        ["accumulate", "arena", "batch", "device", "input", "inputGradient", "parameters", "pass", "path", "seed"];

    public static string To(string property) => Parameters.Contains(property) ? $"this.{property}" : property;
}

/// <summary>Names of the local variables of one generated method: none hides a property or a parameter.</summary>
sealed class LocalNames(IEnumerable<string> properties)
{
    readonly HashSet<string> taken = [.. Access.Parameters, .. properties];

    /// <summary>A name for a value or, with the prefix <c>d</c>, for its gradient.</summary>
    public string Name(string property, string prefix = "")
    {
        string stem = prefix.Length == 0 ? LowerFirst(property) : prefix + UpperFirst(property);
        string name = stem;
        for (int i = 2; !taken.Add(name); i++) name = Invariant($"{stem}{(char.IsDigit(stem[stem.Length - 1]) ? "_" : "")}{i}");
        return SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : $"@{name}";
    }

    static string LowerFirst(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);

    static string UpperFirst(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);
}
