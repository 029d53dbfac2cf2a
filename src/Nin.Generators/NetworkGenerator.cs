using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Nin.Generators.Emission;
using Nin.Generators.Parsing;
using Nin.Generators.Spec;
using Nin.Generators.Symbols;

namespace Nin.Generators;

/// <summary>
/// Writes the other half of each class that <c>[Network]</c> marks. It reports nothing: see <see cref="NetworkAnalyzer"/>.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class NetworkGenerator : IIncrementalGenerator
{
    /// <summary>Name of the step whose outputs are the specs.</summary>
    public const string SpecStep = "Spec";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<NetworkSpec> specs = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                NinAttributes.NetworkMetadataName,
                static (node, _) => node is ClassDeclarationSyntax,
                static (context, cancellation) => Parse(context, cancellation))
            .Where(static spec => spec is not null)
            .Select(static (spec, _) => spec!)
            .WithTrackingName(SpecStep);

        IncrementalValueProvider<EquatableArray<string>> clashing = specs
            .Select(static (spec, _) => spec.HintName)
            .Collect()
            .Select(static (names, _) => FileNames.Clashing(names));

        context.RegisterSourceOutput(specs.Combine(clashing), static (context, both) =>
            context.AddSource(FileNames.Of(both.Left.HintName, both.Right), NetworkEmitter.Emit(both.Left)));
    }

    /// <summary>
    /// A class with <c>[Network]</c> on two declarations, which the compiler reports, comes here once for each and must be
    /// written once.
    /// </summary>
    static NetworkSpec? Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        INamedTypeSymbol type = (INamedTypeSymbol)context.TargetSymbol;
        SyntaxReference? first = type.GetAttributes().First(NinAttributes.IsNetwork).ApplicationSyntaxReference;
        bool isFirst = first?.GetSyntax(cancellation).Parent?.Parent == context.TargetNode;
        return isFirst ? NetworkParser.Parse(type, cancellation).Spec : null;
    }
}
