using System.Diagnostics;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Nin.Generators.Tests.Harness;
using Xunit.Abstractions;

namespace Nin.Generators.Tests.Pipeline;

/// <summary>What two hundred networks in one project cost its build.</summary>
public class ManyNetworksTests(ITestOutputHelper output)
{
    const int Networks = 200;
    const int Repetitions = 40;

    /// <summary>Each with its own widths, so that no two share a shape by chance.</summary>
    static readonly string[] Sources = [.. Enumerable.Range(0, Networks).Select(i => $"""
        using Nin;
        namespace Many;
        [Network(1, 224, 224, Classes = 10)]
        [NinBlock({96 + i}, Kernel = 11, Stride = 4)]
        [MaxPool2d(3, Stride = 2)]
        [NinBlock({256 + i}, Kernel = 5, Padding = 2)]
        [MaxPool2d(3, Stride = 2)]
        [NinBlock({384 + i}, Kernel = 3, Padding = 1)]
        [MaxPool2d(3, Stride = 2)]
        [Dropout(0.5)]
        [NinBlock(10, Kernel = 3, Padding = 1, LastRelu = false)]
        [GlobalAvgPool2d]
        [Flatten]
        public sealed partial class Net{i};
        """)];

    [LongFact]
    [Trait("Category", "Long")]
    public void Generator_and_analyzer_add_less_than_a_second_for_two_hundred_networks()
    {
        // The first repetition is cold: it compiles the generator itself, and the runtime goes on compiling it better for about twenty more. What is asserted is a
        // compiler that has seen networks before.
        double[] generator = [.. Enumerable.Range(0, Repetitions + 1).Select(_ => Generate())];
        double[] analyzer = [.. Enumerable.Range(0, Repetitions + 1).Select(_ => Analyze())];
        double warmGenerator = generator[1..].Min(), warmAnalyzer = analyzer[1..].Min();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Networks} networks, best of {Repetitions}: generator {warmGenerator:F0} ms, analyzer {warmAnalyzer:F0} ms" +
            $" (first, cold: {generator[0]:F0} ms, {analyzer[0]:F0} ms)"));
        (warmGenerator + warmAnalyzer).Should().BeLessThan(1000);
    }

    static double Generate()
    {
        CSharpCompilation compilation = Compile();
        Stopwatch watch = Stopwatch.StartNew();
        Compilation generated = TestCompilation.Generate(compilation).Compilation;
        double elapsed = watch.Elapsed.TotalMilliseconds;
        generated.SyntaxTrees.Should().HaveCount(2 * Networks);
        return elapsed;
    }

    static double Analyze()
    {
        CompilationWithAnalyzersOptions options = new(new([]), null, concurrentAnalysis: false, logAnalyzerExecutionTime: true);
        CompilationWithAnalyzers analysis = Compile().WithAnalyzers([new NetworkAnalyzer()], options);
        AnalysisResult result = analysis.GetAnalysisResultAsync(CancellationToken.None).GetAwaiter().GetResult();
        return result.AnalyzerTelemetryInfo.Single().Value.ExecutionTime.TotalMilliseconds;
    }

    /// <summary>What the compiler does anyway is done before the clock starts.</summary>
    static CSharpCompilation Compile()
    {
        CSharpCompilation compilation = TestCompilation.Create(Sources);
        compilation.GetDeclarationDiagnostics();
        return compilation;
    }
}
