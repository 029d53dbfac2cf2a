using System.Collections.Immutable;
using Nin.Generators.Spec;
using Nin.Generators.Symbols;

namespace Nin.Generators.Emission;

/// <summary>
/// Names of generated files. Roslyn compares them ignoring case, C# class names with case: of names that differ in
/// case only, all but one get a number.
/// </summary>
static class FileNames
{
    /// <summary>
    /// The names that need a number, in a fixed order. Usually empty, so that an edit of another class changes nothing here.
    /// </summary>
    public static EquatableArray<string> Clashing(ImmutableArray<string> names) => new(names
        .GroupBy(name => name, StringComparer.OrdinalIgnoreCase)
        .SelectMany(same => same.OrderBy(name => name, StringComparer.Ordinal).Skip(1))
        .OrderBy(name => name, StringComparer.Ordinal));

    public static string Of(string name, EquatableArray<string> clashing)
    {
        int number = clashing.ToList().IndexOf(name);
        return FormattableString.Invariant($"{name}{(number < 0 ? "" : $"-{number + 2}")}{GeneratedCode.FileSuffix}");
    }
}
