using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Emission;

/// <summary>The page on blocks shows declarations that compile, and names that they give.</summary>
public class BlocksPageTests
{
    static readonly string Page = Resource.Read("Pages/blocks.md");

    static readonly CSharpCompilation Declared = TestCompilation.Create(
        ["using Nin;\n" + string.Concat(Page.Split("```csharp\n").Skip(1).Select(part => part.Split("```")[0]))]);

    [Fact]
    public void Its_examples_compile_without_a_diagnostic()
    {
        TestCompilation.Generate(Declared).Compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
        TestCompilation.Analyze(Declared).Should().BeEmpty();
    }

    [Fact]
    public void ResNet18_has_the_parameters_and_the_names_that_it_says()
    {
        INamedTypeSymbol net = TestCompilation.Generate(Declared).Compilation.GetTypeByMetadataName("ResNet18")!;
        net.GetMembers("ParameterCount").OfType<IFieldSymbol>().Single().ConstantValue.Should().Be(11_689_512L);
        Page.Should().Contain("11,689,512");
        foreach (string name in new[] { "Stage2_1_Conv1", "Stage2_2_Conv1", "Stage2_1_Add1Project", "Stage2_1_Add1ProjectNorm", "Stage2_2_Relu2" })
        {
            net.GetMembers(name).Should().ContainSingle();
            Page.Should().Contain(name);
        }
    }
}
