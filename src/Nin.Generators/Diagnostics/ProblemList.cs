using Microsoft.CodeAnalysis;
using Nin.Generators.Spec;
using static System.FormattableString;

namespace Nin.Generators.Diagnostics;

/// <summary>Collects problems; numbers in their messages are written the same way in every culture.</summary>
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
        problems.Add(new Problem(rule, site, $"{subject}: {Invariant(wrong)}; {Invariant(mend)}", new(proposals ?? [])));
}
