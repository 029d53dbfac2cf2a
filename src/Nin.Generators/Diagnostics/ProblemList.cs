using System.Globalization;
using Microsoft.CodeAnalysis;
using Nin.Generators.Spec;
using static System.FormattableString;

namespace Nin.Generators.Diagnostics;

/// <summary>
/// Collects problems; numbers in their messages are written the same way in every culture, and what cannot be seen as its escape.
/// </summary>
sealed class ProblemList
{
    readonly List<Problem> problems = [];

    public IReadOnlyList<Problem> Problems => problems;

    public bool HasErrors => problems.Any(p => p.Rule.DefaultSeverity == DiagnosticSeverity.Error);

    /// <summary>Adds <c>subject: wrong; mend</c>.</summary>
    public void Report(
        DiagnosticDescriptor rule,
        Site site,
        string subject,
        FormattableString wrong,
        FormattableString mend,
        IEnumerable<Proposal>? proposals = null) =>
        problems.Add(new Problem(rule, site, Visible($"{subject}: {Invariant(wrong)}; {Invariant(mend)}"), new(proposals ?? [])));

    /// <summary>
    /// Names come from string literals, which may hold anything: line ends would break the one line of a message, and others a terminal.
    /// </summary>
    static string Visible(string message) => string.Concat(message.Select(c => IsVisible(c) ? $"{c}" : Invariant($"\\u{(int)c:x4}")));

    static bool IsVisible(char c) => char.GetUnicodeCategory(c) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
