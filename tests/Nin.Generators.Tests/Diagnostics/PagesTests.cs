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

    [Theory]
    [InlineData("https://example.org/nin/blob/main/docs/diagnostics/", "https://example.org/nin/blob/main/docs/diagnostics/")]
    [InlineData("/packages/nin.model/1.0.0/buildTransitive/../docs/diagnostics/", "file:///packages/nin.model/1.0.0/docs/diagnostics/")]
    [InlineData("/a b/#1/docs/diagnostics/", "file:///a%20b/%231/docs/diagnostics/")]
    public void Each_rule_links_to_its_page_where_a_build_says_that_the_pages_are(string pages, string address)
    {
        foreach (DiagnosticDescriptor rule in new NetworkAnalyzer().SupportedDiagnostics)
        {
            DiagnosticDescriptor linked = rule.LinkedTo(pages);
            linked.HelpLinkUri.Should().Be($"{address}{rule.Id}.md");
            (linked.Id, linked.DefaultSeverity, $"{linked.Title}").Should().Be((rule.Id, rule.DefaultSeverity, $"{rule.Title}"));
            linked.CustomTags.Should().Equal(rule.CustomTags);
        }
    }

    [Fact]
    public void No_rule_has_a_link_where_nothing_says_where_the_pages_are()
    {
        foreach (string? pages in new[] { null, "", "docs/diagnostics/" })
            Rules.UnusedLayer.LinkedTo(pages).HelpLinkUri.Should().BeEmpty();
    }

    static IEnumerable<string> Analyze(string part) =>
        TestCompilation.Analyze(TestCompilation.Create(["using Nin;\n" + part[..part.IndexOf("```", StringComparison.Ordinal)]])).Select(d => d.Id);

    static string PageOf(string id)
    {
        using StreamReader reader = new(typeof(PagesTests).Assembly.GetManifestResourceStream($"Pages/{id}.md")!);
        return reader.ReadToEnd();
    }
}
