using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Nin.CodeFixes;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.CodeFixes;

/// <summary>Applies code fixes as an editor does: to a document of a workspace, from the analyzer's diagnostics.</summary>
static class Fixing
{
    static readonly CodeFixProvider[] Providers = [new MakePartialFix(), new SetArgumentFix()];

    /// <summary>The source after each fix that is offered for the first diagnostic, in order, with its title.</summary>
    public static (string Title, string Source)[] Offers(string source)
    {
        CSharpCompilation compilation = TestCompilation.Create([source]);
        using AdhocWorkspace workspace = new();
        Document document = workspace.CurrentSolution
            .AddProject("Tests", "Tests", LanguageNames.CSharp)
            .WithParseOptions(TestCompilation.ParseOptions)
            .AddDocument("Source0.cs", source);
        Diagnostic diagnostic = TestCompilation.Analyze(compilation)[0];
        return [.. Actions(document, diagnostic).Select(action => (action.Title, Apply(action, document.Id)))];
    }

    /// <summary>Checks the titles and sources of what is offered, and that nothing is left to report in any of them.</summary>
    public static void Verify(string source, params (string Title, string Source)[] expected)
    {
        Offers(source).Should().Equal(expected);
        foreach ((string title, string fixedSource) in expected)
            TestCompilation.Analyze(TestCompilation.Create([fixedSource])).Should().BeEmpty(title);
    }

    static List<CodeAction> Actions(Document document, Diagnostic diagnostic)
    {
        List<CodeAction> actions = [];
        foreach (CodeFixProvider provider in Providers.Where(p => p.FixableDiagnosticIds.Contains(diagnostic.Id)))
        {
            CodeFixContext context = new(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None);
            provider.RegisterCodeFixesAsync(context).GetAwaiter().GetResult();
        }

        return actions;
    }

    static string Apply(CodeAction action, DocumentId document)
    {
        ApplyChangesOperation change = action.GetOperationsAsync(CancellationToken.None).GetAwaiter().GetResult()
            .OfType<ApplyChangesOperation>().Single();
        return change.ChangedSolution.GetDocument(document)!.GetTextAsync().GetAwaiter().GetResult().ToString();
    }
}
