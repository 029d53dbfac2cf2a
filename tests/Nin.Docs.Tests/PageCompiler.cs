using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Nin.Docs.Tests;

/// <summary>
/// Compiles the code of pages as a user's project would: with the generator and its analyzer, against what this project runs with. A block that
/// begins with <c>using</c> is a file of its own. The others are fragments: their types belong together, and the statements of each are a
/// method, which sees what the page takes as given.
/// </summary>
static class PageCompiler
{
    const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Http; global using Microsoft.Extensions.DependencyInjection;
        """;

    // What a reader has at the top of the file that a fragment goes into.
    const string FragmentUsings = """
        global using Nin; global using Nin.Data; global using Nin.Dimensions; global using Nin.Images; global using Nin.Layers;
        global using Nin.Checkpoints; global using Nin.Distributed; global using Nin.Docs; global using Nin.Onnx; global using Nin.Ops; global using Nin.Training; global using ILGPU;
        """;

    // The network that pages speak of where they do not declare it.
    const string FlowerNet = """
        using Nin;
        namespace Nin.Docs;
        [Network(3, 64, 64, Classes = 5)]
        [NinBlock(16, Kernel = 5, Padding = 2, BatchNorm = true)]
        [MaxPool2d(3, Stride = 2)]
        [NinBlock(16, 16, 5, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
        [GlobalAvgPool2d]
        [Flatten]
        public sealed partial class FlowerNet;
        """;

    static readonly CSharpParseOptions Parsing = new(LanguageVersion.CSharp14);

    static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    static readonly AnalyzerFileReference Generator = new(Path.Combine(AppContext.BaseDirectory, "generator", "Nin.Generators.dll"), new Loader());

    /// <summary>A block that is a whole file; an executable where it has statements.</summary>
    public static CSharpCompilation OfFile(Page page, Block block, string name)
    {
        var tree = Parse(page, block.Code, block.Line);
        bool isProgram = Root(tree).Members.OfType<GlobalStatementSyntax>().Any();
        return Generate(Create(name, isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, [tree, Parse(ImplicitUsings)]));
    }

    /// <summary>All fragments of a page with the types of its files.</summary>
    public static CSharpCompilation OfFragments(Page page, IReadOnlyList<Block> blocks)
    {
        var trees = new List<SyntaxTree> { Parse(ImplicitUsings), Parse(FragmentUsings), Parse(FlowerNet) };
        var methods = new StringBuilder("static class Fragments {\n");
        foreach (string given in page.Given) methods.AppendLine($"static {given} = default!;");
        foreach (var block in blocks)
        {
            // As the page has it, with blanks in the place of what is elsewhere: errors name the page's lines.
            var root = Root(Parse(page, block.Code, 1));
            trees.Add(Parse(page, Without(block.Code, root.Members.OfType<GlobalStatementSyntax>()), block.Line));
            if (block.IsFile || !root.Members.OfType<GlobalStatementSyntax>().Any()) continue;
            methods.AppendLine($"static async Task<object?> Line{block.Line}(string[] args) {{\n#line {block.Line} \"{page.Path}\"");
            methods.AppendLine(Without(block.Code, root.Members.Where(m => m is not GlobalStatementSyntax)));
            methods.AppendLine("#line hidden\nreturn null; }");
        }

        trees.Add(Parse(methods.Append('}').ToString()));
        return Generate(Create("Fragments", OutputKind.DynamicallyLinkedLibrary, trees));
    }

    /// <summary>Errors of the compiler, and whatever the analyzer says that is not a mere information, each as <c>page(line): id: text</c>.</summary>
    public static IReadOnlyList<(string Id, string Text)> Problems(CSharpCompilation compilation)
    {
        var analyzed = compilation.WithAnalyzers(Generator.GetAnalyzers(LanguageNames.CSharp));
        return
        [
            .. compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error)
                .Concat(analyzed.GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult().Where(d => d.Severity > DiagnosticSeverity.Info && !d.IsSuppressed))
                .Select(d => (d.Id, $"{d.Location.GetMappedLineSpan().Path}({d.Location.GetMappedLineSpan().StartLinePosition.Line + 1}): {d.Id}: {d.GetMessage()}"))
                .Distinct(),
        ];
    }

    static CSharpCompilation Create(string name, OutputKind kind, IEnumerable<SyntaxTree> trees) => CSharpCompilation.Create(
        name, trees, References, new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable, optimizationLevel: OptimizationLevel.Release));

    static CSharpCompilation Generate(CSharpCompilation compilation)
    {
        CSharpGeneratorDriver.Create(Generator.GetGenerators(LanguageNames.CSharp), parseOptions: Parsing)
            .RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        return (CSharpCompilation)output;
    }

    static SyntaxTree Parse(string text) => CSharpSyntaxTree.ParseText(text, Parsing);

    static SyntaxTree Parse(Page page, string code, int line) => Parse($"#line {line} \"{page.Path}\"\n{code}");

    static CompilationUnitSyntax Root(SyntaxTree tree) => (CompilationUnitSyntax)tree.GetRoot();

    // Positions are those in the code without its #line directive, which is the first line of the tree.
    static string Without(string code, IEnumerable<MemberDeclarationSyntax> members)
    {
        var left = new StringBuilder(code);
        foreach (var member in members)
        {
            int shift = member.SyntaxTree.GetText().Length - code.Length;
            for (int i = member.FullSpan.Start; i < member.FullSpan.End; i++)
            {
                int at = i - shift;
                if (at >= 0 && left[at] != '\n') left[at] = ' ';
            }
        }

        return left.ToString();
    }

    sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}

