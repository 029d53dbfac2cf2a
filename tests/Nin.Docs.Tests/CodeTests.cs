using Xunit.Abstractions;

namespace Nin.Docs.Tests;

/// <summary>What the pages show compiles, without a warning of Nin's; what they show as wrong gets the diagnostic that they name.</summary>
public sealed class CodeTests(ITestOutputHelper output)
{
    // Quotes of generated code: BaselineTests holds them against the generator's output.
    static readonly string[] Quotes = ["docs/generated-code.md"];

    public static TheoryData<string> Pages => [.. Page.All.Where(p => !Quotes.Contains(p.Path) && p.Blocks.Any(b => b.Kind == "csharp")).Select(p => p.Path)];

    [Theory, MemberData(nameof(Pages))]
    public void All_code_of_the_page_compiles(string path)
    {
        var page = Page.At(path);
        Block[] right = [.. page.Blocks.Where(b => b.Kind == "csharp" && b.Note.Length == 0)];
        foreach (var file in right.Where(b => b.IsFile)) Problems(PageCompiler.OfFile(page, file, "File")).Should().BeEmpty();
        Problems(PageCompiler.OfFragments(page, right)).Should().BeEmpty();
        output.WriteLine($"{path}: {right.Length} blocks, {right.Count(b => b.IsFile)} of them whole files");
    }

    [Theory, MemberData(nameof(Pages))]
    public void What_the_page_shows_as_wrong_gets_the_diagnostic_that_it_names(string path)
    {
        var page = Page.At(path);
        foreach (var wrong in page.Blocks.Where(b => b.Kind == "csharp" && b.Note.Length > 0))
            PageCompiler.Problems(PageCompiler.OfFragments(page, [wrong])).Select(p => p.Id).Distinct().Should().Equal(wrong.Note);
    }

    [Fact]
    public void Every_block_says_what_it_is()
    {
        string[] kinds = ["csharp", "sh", "text", "xml", "json", "yaml", "html"];
        Page.All.SelectMany(p => p.Blocks.Where(b => !kinds.Contains(b.Kind)).Select(b => $"{p.Path}({b.Line}): '{b.Kind}' is not one of {string.Join(", ", kinds)}"))
            .Should().BeEmpty();
    }

    static IEnumerable<string> Problems(Microsoft.CodeAnalysis.CSharp.CSharpCompilation compilation) => PageCompiler.Problems(compilation).Select(p => p.Text);
}
