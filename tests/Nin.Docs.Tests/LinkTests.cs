using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.FileSystemGlobbing;

namespace Nin.Docs.Tests;

/// <summary>Links of the pages lead somewhere, and every page can be reached.</summary>
public sealed partial class LinkTests
{
    [Fact]
    public void Every_link_into_the_repository_leads_to_a_file_and_a_heading()
    {
        var wrong = new List<string>();
        foreach (var page in Page.All)
        {
            foreach (string link in Links(page))
            {
                string[] parts = link.Split('#');
                string target = parts[0].Length == 0 ? page.Path : Resolve(page, parts[0]);
                string full = Path.Combine(Page.Root, target);
                if (!File.Exists(full) && !Directory.Exists(full)) wrong.Add($"{page.Path}: {link} is not there");
                else if (parts.Length > 1 && !Headings(File.ReadAllText(full)).Contains(parts[1])) wrong.Add($"{page.Path}: {link} has no such heading");
            }
        }

        wrong.Should().BeEmpty();
    }

    // The site's builder refuses such a link, but only after minutes of the whole build.
    [Fact]
    public void Every_link_of_a_page_of_the_site_leads_to_something_that_is_on_the_site()
    {
        var build = JsonDocument.Parse(File.ReadAllText(Path.Combine(Page.Root, "docfx.json"))).RootElement.GetProperty("build");
        var site = new Matcher(StringComparison.Ordinal);
        foreach (var group in build.GetProperty("content").EnumerateArray().Concat(build.GetProperty("resource").EnumerateArray()))
        {
            if (!group.TryGetProperty("src", out _)) site.AddIncludePatterns(group.GetProperty("files").EnumerateArray().Select(f => f.GetString()!));
        }

        var pages = Page.All.Where(page => site.Match(page.Path).HasMatches).ToArray();
        pages.Should().HaveCountGreaterThan(30);
        pages.SelectMany(page => Links(page).Where(link => link[0] != '#' && !site.Match(Resolve(page, link.Split('#')[0])).HasMatches).Select(link => $"{page.Path}: {link}"))
            .Should().BeEmpty();
    }

    [Fact]
    public void The_index_names_every_page_of_docs()
    {
        var index = Page.At("docs/README.md");
        string[] named = [.. Links(index).Select(link => Resolve(index, link.Split('#')[0]))];
        Page.All.Select(p => p.Path).Where(p => p.StartsWith("docs/", StringComparison.Ordinal) && !p.StartsWith("docs/packages/", StringComparison.Ordinal) && p != index.Path)
            .Should().BeSubsetOf(named);
    }

    [Fact]
    public void The_index_of_diagnostics_names_each()
    {
        var index = Page.At("docs/diagnostics/README.md");
        new DirectoryInfo(Path.Combine(Page.Root, "docs", "diagnostics")).EnumerateFiles("NIN*.md").Select(f => f.Name).Should().BeEquivalentTo(Links(index));
    }

    [Fact]
    public void Pictures_are_small() => new DirectoryInfo(Path.Combine(Page.Root, "docs", "pictures")).EnumerateFiles("*.png").Sum(f => f.Length).Should().BeLessThan(500_000);

    static IEnumerable<string> Links(Page page) => Link().Matches(Fences().Replace(page.Text, "")).Select(m => m.Groups[1].Value).Where(l => !l.Contains("://"));

    static string Resolve(Page page, string link) =>
        Path.GetRelativePath(Page.Root, Path.GetFullPath(Path.Combine(Page.Root, Path.GetDirectoryName(page.Path)!, link))).Replace('\\', '/');

    // As GitHub makes them: lower case, without punctuation, hyphens for blanks.
    static IEnumerable<string> Headings(string text) =>
        Heading().Matches(Fences().Replace(text, "")).Select(m => Punctuation().Replace(m.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\(([^()\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();
}
