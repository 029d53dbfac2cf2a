using System.Globalization;
using System.Text.RegularExpressions;

namespace Nin.Generators.Tests.Packages;

/// <summary>An error or a warning in a build's log.</summary>
/// <param name="Project">Name of the project.</param>
/// <param name="File">Name of the source file; empty where the message is about none.</param>
/// <param name="Line">Line in it, from 1.</param>
/// <param name="Column">Column in it, from 1.</param>
/// <param name="Severity"><c>error</c> or <c>warning</c>.</param>
/// <param name="Id">Its id.</param>
/// <param name="Text">What it says.</param>
sealed partial record BuildMessage(string Project, string File, int Line, int Column, string Severity, string Id, string Text)
{
    /// <summary>Each message once: a log repeats them in its summary.</summary>
    public static IReadOnlyList<BuildMessage> Parse(string log) => [.. Pattern().Matches(log).Select(Read).Distinct()];

    static BuildMessage Read(Match match) => new(
        Path.GetFileNameWithoutExtension(match.Groups["project"].Value),
        Path.GetFileName(match.Groups["file"].Value.Trim()),
        Number(match.Groups["line"]),
        Number(match.Groups["column"]),
        match.Groups["severity"].Value,
        match.Groups["id"].Value,
        match.Groups["text"].Value.Trim());

    static int Number(Group group) => group.Success ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(
        @"^(?<file>[^\r\n]*?)(\((?<line>\d+),(?<column>\d+)[^)]*\))? ?: (?<severity>error|warning) (?<id>\w+): "
            + @"(?<text>[^\r\n]*?)( \[(?<project>[^\]\r\n]*)\])?\r?$",
        RegexOptions.Multiline)]
    private static partial Regex Pattern();
}
