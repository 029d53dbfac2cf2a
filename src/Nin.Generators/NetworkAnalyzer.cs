using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Nin.Generators.Diagnostics;
using Nin.Generators.Parsing;

namespace Nin.Generators;

/// <summary>
/// Reports the parser's diagnostics at the arguments that they are about. An analyzer, not the generator, reports them: only its
/// locations obey <c>#pragma warning disable</c>, and only it is given a class that has layers without <c>[Network]</c>.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NetworkAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(
        Rules.ClassCannotBeNetwork,
        Rules.NoInput,
        Rules.NoLayer,
        Rules.ArgumentOutOfRange,
        Rules.WindowTooLarge,
        Rules.PaddingTooLarge,
        Rules.GroupsDoNotDivide,
        Rules.ShapesDoNotFit,
        Rules.BadName,
        Rules.WrongSideOfFlatten,
        Rules.ClassesDiffer,
        Rules.LayersScattered,
        Rules.OverBudget,
        Rules.UnusedLayer,
        Rules.UnreadBorder,
        Rules.ReluBeforeLoss,
        Rules.XavierBeforeRelu,
        Rules.CancelledBias);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(Analyze, SymbolKind.NamedType);
    }

    static void Analyze(SymbolAnalysisContext context)
    {
        INamedTypeSymbol type = (INamedTypeSymbol)context.Symbol;
        context.Options.AnalyzerConfigOptionsProvider.GlobalOptions.TryGetValue("build_property.NinDiagnosticPages", out string? pages);
        foreach (NetworkDiagnostic found in NetworkParser.Parse(type, context.CancellationToken).Diagnostics)
        {
            Location location = found.Location.Find(type, context.CancellationToken);
            context.ReportDiagnostic(Diagnostic.Create(found.Rule.LinkedTo(pages), location, SuggestedFix.Properties(found.Fixes), found.Message));
        }
    }
}
