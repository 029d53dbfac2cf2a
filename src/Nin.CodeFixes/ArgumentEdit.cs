using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Nin.CodeFixes;

/// <summary>A new value for one argument of an attribute.</summary>
/// <param name="argument">Name of a property, or of a constructor's parameter.</param>
/// <param name="value">The value, as source.</param>
sealed class ArgumentEdit(string argument, string value)
{
    /// <summary>Name of a property, or of a constructor's parameter.</summary>
    public string Argument => argument;

    /// <summary>From <c>Argument = value</c>, as diagnostics write it.</summary>
    public static ArgumentEdit Parse(string text)
    {
        int equals = text.IndexOf('=');
        return new(text.Substring(0, equals).Trim(), text.Substring(equals + 1).Trim());
    }

    /// <summary>The attribute with the argument changed, or added after the others.</summary>
    /// <param name="attribute">What is edited.</param>
    /// <param name="reported">The argument that the diagnostic is reported at, if any.</param>
    public AttributeSyntax Apply(AttributeSyntax attribute, AttributeArgumentSyntax? reported)
    {
        AttributeArgumentListSyntax list = attribute.ArgumentList ?? SyntaxFactory.AttributeArgumentList();
        AttributeArgumentSyntax? given = list.Arguments.FirstOrDefault(IsNamed) ?? (IsParameter ? reported : null);
        if (given is not null) return attribute.ReplaceNode(given.Expression, Value().WithTriviaFrom(given.Expression));

        AttributeArgumentSyntax added = SyntaxFactory.AttributeArgument(
            SyntaxFactory.NameEquals(Spaced(argument), SyntaxFactory.Token(SyntaxKind.EqualsToken).WithTrailingTrivia(SyntaxFactory.Space)),
            nameColon: null,
            Value());
        if (list.Arguments.Count > 0) added = added.WithLeadingTrivia(SyntaxFactory.Space);
        return attribute.WithArgumentList(list.AddArguments(added));
    }

    /// <summary>Parameters are in lower case, and positional where they are not named.</summary>
    bool IsParameter => char.IsLower(argument[0]);

    bool IsNamed(AttributeArgumentSyntax given) => (given.NameEquals?.Name ?? given.NameColon?.Name)?.Identifier.ValueText == argument;

    ExpressionSyntax Value() => SyntaxFactory.ParseExpression(value);

    static IdentifierNameSyntax Spaced(string name) => SyntaxFactory.IdentifierName(name).WithTrailingTrivia(SyntaxFactory.Space);
}
