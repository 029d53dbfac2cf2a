using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Nin.Generators.Spec;
using static System.FormattableString;

namespace Nin.Generators.Diagnostics;

/// <summary>A diagnostic before its location is looked up in the source.</summary>
/// <param name="Rule">Which.</param>
/// <param name="Location">Its location.</param>
/// <param name="Message">What it says.</param>
/// <param name="Fixes">Edits, each of which is a complete fix, best first.</param>
readonly record struct NetworkDiagnostic(
    DiagnosticDescriptor Rule, DiagnosticLocation Location, string Message, EquatableArray<SuggestedFix> Fixes);

/// <summary>
/// One edit that fixes what a diagnostic reports: an argument's new value, as source. It travels to the code fix as a diagnostic's property.
/// </summary>
/// <param name="Argument">Name of the attribute's property or constructor parameter.</param>
/// <param name="Value">What it should be.</param>
readonly record struct SuggestedFix(string Argument, string Value)
{
    /// <summary>Properties by ordinal, so that the first fix stays the first.</summary>
    public static ImmutableDictionary<string, string?> Properties(IEnumerable<SuggestedFix> fixes) => fixes
        .Select((fix, i) => new KeyValuePair<string, string?>($"Fix{i}", $"{fix.Argument} = {fix.Value}"))
        .ToImmutableDictionary();
}

/// <summary>
/// Collects diagnostics; numbers in their messages are written the same way in every culture, and invisible characters as their escapes.
/// </summary>
sealed class DiagnosticList
{
    readonly List<NetworkDiagnostic> diagnostics = [];

    public IReadOnlyList<NetworkDiagnostic> Diagnostics => diagnostics;

    public bool HasErrors => diagnostics.Any(d => d.Rule.DefaultSeverity == DiagnosticSeverity.Error);

    /// <summary>Adds <c>subject: wrong; fix</c>, once: each repetition of a block reports the same for its layers.</summary>
    public void Report(
        DiagnosticDescriptor rule,
        DiagnosticLocation location,
        string subject,
        FormattableString wrong,
        FormattableString fix,
        IEnumerable<SuggestedFix>? suggested = null)
    {
        NetworkDiagnostic diagnostic = new(rule, location, Visible($"{subject}: {Invariant(wrong)}; {Invariant(fix)}"), new(suggested ?? []));
        if (!diagnostics.Contains(diagnostic)) diagnostics.Add(diagnostic);
    }

    /// <summary>
    /// Names come from string literals, which may hold anything: line ends would break a message into two, and others would confuse a terminal.
    /// </summary>
    static string Visible(string message) => string.Concat(message.Select(c => IsVisible(c) ? $"{c}" : Invariant($"\\u{(int)c:x4}")));

    static bool IsVisible(char c) => char.GetUnicodeCategory(c) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}

/// <summary>Reports on one attribute: a layer's, or the network's own.</summary>
/// <param name="subject">What messages begin with.</param>
/// <param name="attribute">The attribute's index on the class.</param>
/// <param name="isCopied">
/// Whether the attribute is a <c>[LayersOf]</c> that brought the layer: its arguments are in another class, where neither a location nor a fix
/// can reach them.
/// </param>
/// <param name="diagnostics">Where they go; null where they are another class's own.</param>
sealed class Reporter(string subject, int attribute, bool isCopied, DiagnosticList? diagnostics)
{
    public string Subject => subject;

    public void Report(
        DiagnosticDescriptor rule,
        string? argument,
        FormattableString wrong,
        FormattableString fix,
        int element = 0,
        IEnumerable<SuggestedFix>? suggested = null) =>
        diagnostics?.Report(
            rule,
            isCopied ? DiagnosticLocation.OnAttribute(attribute) : DiagnosticLocation.OnArgument(attribute, argument, element),
            subject,
            wrong,
            fix,
            isCopied ? null : suggested);
}
