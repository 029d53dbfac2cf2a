using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Nin.Generators.Parsing;
using Nin.Generators.Layers;
using Nin.Generators.Spec;

namespace Nin.Generators.Tests.Harness;

/// <summary>Compiles declarations in memory with the generator and the analyzer, as a user's build does.</summary>
static class TestCompilation
{
    /// <summary>Documentation comments are compiled, too, so that missing ones are warnings; 4.14 calls the newest version it knows preview.</summary>
    public static CSharpParseOptions ParseOptions { get; } = new(LanguageVersion.Preview, DocumentationMode.Diagnose);

    /// <summary>Without sources: compilations made from it share the work of reading its references.</summary>
    static readonly CSharpCompilation Empty = CSharpCompilation.Create(
        "Tests",
        references: NinAssembly.References,
        options: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    public static CSharpCompilation Create(IEnumerable<string> sources, params MetadataReference[] more) =>
        (more.Length == 0 ? Empty : Empty.AddReferences(more)).AddSyntaxTrees(Parse(sources, ParseOptions));

    /// <summary>Compiled by an older version of C#.</summary>
    public static CSharpCompilation Create(IEnumerable<string> sources, LanguageVersion version) =>
        Empty.AddSyntaxTrees(Parse(sources, ParseOptions.WithLanguageVersion(version)));

    static IEnumerable<SyntaxTree> Parse(IEnumerable<string> sources, CSharpParseOptions options) =>
        sources.Select((source, i) => CSharpSyntaxTree.ParseText(source, options, path: $"Source{i}.cs"));

    public static PortableExecutableReference EmitReference(CSharpCompilation compilation)
    {
        using MemoryStream image = new();
        compilation.Emit(image).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
        return MetadataReference.CreateFromImage(image.ToArray());
    }

    /// <summary>The compilation with the generator's output in it, and what the generator and the compiler say.</summary>
    public static (Compilation Compilation, ImmutableArray<Diagnostic> Diagnostics) Generate(CSharpCompilation compilation)
    {
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new NetworkGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options);
        driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out ImmutableArray<Diagnostic> diagnostics);
        return (output, diagnostics);
    }

    /// <summary>What the analyzer says of the compilation with the generator's output in it, in source order; suppressed ones left out.</summary>
    public static IReadOnlyList<Diagnostic> Analyze(CSharpCompilation compilation) => AnalyzeGenerated(Generate(compilation).Compilation);

    /// <summary>What it says of a compilation as it is.</summary>
    public static IReadOnlyList<Diagnostic> AnalyzeGenerated(Compilation generated)
    {
        CompilationWithAnalyzers analysis = generated.WithAnalyzers([new NetworkAnalyzer()]);
        return [.. analysis.GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult().Where(d => !d.IsSuppressed).OrderBy(d => d.Location.SourceTree?.FilePath).ThenBy(d => d.Location.SourceSpan.Start)];
    }

    /// <summary>The spec of the class <c>Net</c>.</summary>
    public static NetworkSpec Spec(string source, params MetadataReference[] more)
    {
        CSharpCompilation compilation = Create([source], more);
        return NetworkParser.Parse(compilation.GetTypeByMetadataName("Net")!, CancellationToken.None).Spec!;
    }
}
