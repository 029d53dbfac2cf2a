using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Nin.CodeFixes;

/// <summary>
/// Gives an attribute's argument the value that a diagnostic suggests in its properties: the padding or kernel that fits (NIN005), the
/// number of classes that the layers give (NIN011), the last ReLU left out or asked for (NIN102).
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class SetArgumentFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("NIN005", "NIN011", "NIN102");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        SyntaxNode? at = root?.FindNode(context.Span, getInnermostNodeForTie: true);
        if (root is null || at?.FirstAncestorOrSelf<AttributeSyntax>() is not { } attribute) return;

        AttributeArgumentSyntax? inPlace = at.FirstAncestorOrSelf<AttributeArgumentSyntax>();
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            for (int i = 0; diagnostic.Properties.TryGetValue($"Fix{i}", out string? text) && text is not null; i++)
            {
                ArgumentEdit edit = ArgumentEdit.Parse(text);
                Document Changed() => context.Document.WithSyntaxRoot(root.ReplaceNode(attribute, edit.Apply(attribute, inPlace)));

                // "Fix all" changes the same argument everywhere, to the value suggested at each place.
                string key = $"{edit.Argument}{i}";
                context.RegisterCodeFix(CodeAction.Create($"Use {text}", _ => Task.FromResult(Changed()), key), diagnostic);
            }
        }
    }
}
