using Microsoft.CodeAnalysis;
using Nin.Generators.Diagnostics;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

/// <summary>Each diagnostic has a page whose wrong example gets it and whose right example does not.</summary>
public class PagesTests
{
    public static TheoryData<string> Ids => [.. new NetworkAnalyzer().SupportedDiagnostics.Select(d => d.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_wrong_example_gets_the_diagnostic_and_the_right_one_does_not(string id)
    {
        string[] parts = PageOf(id).Split("```csharp\n");
        parts.Should().HaveCount(3);
        Analyze(parts[1]).Should().Contain(id);
        Analyze(parts[2]).Should().NotContain(id);
    }

    [Fact]
    public void Errors_cannot_be_configured_and_the_rest_can()
    {
        foreach (DiagnosticDescriptor rule in new NetworkAnalyzer().SupportedDiagnostics)
        {
            rule.CustomTags.Contains(WellKnownDiagnosticTags.NotConfigurable).Should().Be(rule.DefaultSeverity == DiagnosticSeverity.Error, rule.Id);
            rule.Category.Should().Be("Nin");
        }
    }

    [Fact]
    public void Help_links_are_absolute_addresses_in_the_repository_or_none()
    {
        foreach (DiagnosticDescriptor rule in new NetworkAnalyzer().SupportedDiagnostics)
        {
            if (rule.HelpLinkUri.Length > 0) Uri.IsWellFormedUriString(rule.HelpLinkUri, UriKind.Absolute).Should().BeTrue(rule.HelpLinkUri);
            Rules.PageOf(rule.Id, "https://example.org/nin/").Should().Be($"https://example.org/nin/blob/main/docs/diagnostics/{rule.Id}.md");
            Rules.PageOf(rule.Id, "").Should().BeNull();
        }
    }

    static IEnumerable<string> Analyze(string part) =>
        TestCompilation.Analyze(TestCompilation.Create(["using Nin;\n" + part[..part.IndexOf("```", StringComparison.Ordinal)]])).Select(d => d.Id);

    static string PageOf(string id)
    {
        using StreamReader reader = new(typeof(PagesTests).Assembly.GetManifestResourceStream($"Pages/{id}.md")!);
        return reader.ReadToEnd();
    }
}
