using System.Globalization;
using Microsoft.CodeAnalysis;

namespace Nin.Generators.Diagnostics;

/// <summary>Collects problems; numbers in their messages are written the same way in every culture.</summary>
sealed class ProblemList
{
    readonly List<Problem> problems = [];

    public IReadOnlyList<Problem> Problems => problems;

    public bool HasErrors => problems.Any(p => p.Rule.DefaultSeverity == DiagnosticSeverity.Error);

    /// <summary>Adds <c>subject: text</c>.</summary>
    public void Report(DiagnosticDescriptor rule, Site site, string subject, FormattableString text) =>
        problems.Add(new Problem(rule, site, $"{subject}: {text.ToString(CultureInfo.InvariantCulture)}"));
}
