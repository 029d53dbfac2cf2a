using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Nin.CodeFixes;

/// <summary>NIN001: declares a network, or a type around it, as partial. The rule's other causes have no single fix.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class MakePartialFix : CodeFixProvider
{
    const string Title = "Declare as partial";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("NIN001");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span) is not TypeDeclarationSyntax type || type.Modifiers.Any(SyntaxKind.PartialKeyword)) return;

        Document Changed() => context.Document.WithSyntaxRoot(root.ReplaceNode(type, Partial(type)));
        context.RegisterCodeFix(CodeAction.Create(Title, _ => Task.FromResult(Changed()), equivalenceKey: Title), context.Diagnostics);
    }

    /// <summary><c>partial</c> is the last modifier; where it is the only one, what came before the keyword comes before it.</summary>
    static TypeDeclarationSyntax Partial(TypeDeclarationSyntax type)
    {
        SyntaxToken partial = SyntaxFactory.Token(SyntaxKind.PartialKeyword).WithTrailingTrivia(SyntaxFactory.Space);
        if (type.Modifiers.Count == 0)
        {
            partial = partial.WithLeadingTrivia(type.Keyword.LeadingTrivia);
            type = type.WithKeyword(type.Keyword.WithLeadingTrivia());
        }

        return type.WithModifiers(type.Modifiers.Add(partial));
    }
}
