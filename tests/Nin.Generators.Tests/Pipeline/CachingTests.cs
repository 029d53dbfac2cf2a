using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Pipeline;

/// <summary>Which edits must, and which must not, regenerate a network's code.</summary>
public class CachingTests
{
    const string Net = "using Nin; [Network(1, 8, 8), LayersOf<Other>, Conv2d(4, Kernel = 1)] partial class Net;";
    const string Other = "using Nin; [Network(1, 8, 8), Conv2d(3, Kernel = 1)] partial class Other;";

    [Theory]
    [InlineData("// A comment.\n" + Net, Other)]
    [InlineData("using Nin; [Network(1, 8, 8), LayersOf<Other>] [Conv2d(filters: 2 + 2, Kernel = 1)] [System.Obsolete] partial class Net;", Other)]
    [InlineData(Net + " class Unrelated;", Other)]
    [InlineData(Net, Other + " enum Unrelated { A }")]
    public void An_edit_that_changes_no_network_writes_nothing(string net, string other)
    {
        IReadOnlyList<(IncrementalStepRunReason Spec, IncrementalStepRunReason Output)> reasons = Edit(net, other);
        reasons.Should().HaveCount(2);
        reasons.Should().OnlyContain(r => r.Spec == IncrementalStepRunReason.Cached || r.Spec == IncrementalStepRunReason.Unchanged);
        reasons.Should().OnlyContain(r => r.Output == IncrementalStepRunReason.Cached);
    }

    [Fact]
    public void An_edit_of_one_network_writes_that_one() => Edit(Net.Replace("Conv2d(4, Kernel = 1)", "Conv2d(5, Kernel = 1)"), Other).Select(r => r.Output)
        .Should().Equal(IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached);

    [Fact]
    public void An_edit_of_a_copied_network_in_another_file_writes_both() => Edit(Net, Other.Replace("Conv2d(3, Kernel = 1)", "Conv2d(2, Kernel = 1)")).Select(r => r.Output)
        .Should().Equal(IncrementalStepRunReason.Modified, IncrementalStepRunReason.Modified);

    [Fact]
    public void Equal_declarations_are_equal_specs()
    {
        const string source = "using Nin; [Network(1, 8, 8), NinBlock(4, 3, BatchNorm = true), Concat(\"Block1\", \"Block1\")] partial class Net;";
        TestCompilation.Spec(source).Should().Be(TestCompilation.Spec("\n\n" + source)).And.NotBe(TestCompilation.Spec(source.Replace("4, 3", "4, 2")));
        TestCompilation.Spec(source).GetHashCode().Should().Be(TestCompilation.Spec("\n\n" + source).GetHashCode());
    }

    /// <summary>Why each network's spec and source were made again when both files were replaced.</summary>
    static IReadOnlyList<(IncrementalStepRunReason Spec, IncrementalStepRunReason Output)> Edit(string net, string other)
    {
        CSharpCompilation compilation = TestCompilation.Create([Net, Other]);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new NetworkGenerator().AsSourceGenerator()],
            parseOptions: TestCompilation.ParseOptions,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        driver = driver.RunGenerators(compilation);

        SyntaxTree[] trees = [.. compilation.SyntaxTrees];
        CSharpCompilation edited = compilation
            .ReplaceSyntaxTree(trees[0], CSharpSyntaxTree.ParseText(net, TestCompilation.ParseOptions, trees[0].FilePath))
            .ReplaceSyntaxTree(trees[1], CSharpSyntaxTree.ParseText(other, TestCompilation.ParseOptions, trees[1].FilePath));
        GeneratorRunResult result = driver.RunGenerators(edited).GetRunResult().Results.Single();
        result.Exception.Should().BeNull();
        IEnumerable<IncrementalStepRunReason> specs = result.TrackedSteps[NetworkGenerator.SpecStep].SelectMany(s => s.Outputs).Select(o => o.Reason);
        IEnumerable<IncrementalStepRunReason> outputs = result.TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs).Select(o => o.Reason);
        return [.. specs.Zip(outputs)];
    }
}
