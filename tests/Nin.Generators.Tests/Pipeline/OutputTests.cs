using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Pipeline;

public class OutputTests
{
    [Fact]
    public void The_other_half_joins_the_class_wherever_it_stands_and_compiles_without_warnings()
    {
        (Compilation compilation, ImmutableArray<Diagnostic> diagnostics) = TestCompilation.Generate(TestCompilation.Create(["""
            using Nin;
            namespace Demo.@in
            {
                partial interface IOuter
                {
                    protected partial record struct Middle<T> where T : class
                    {
                        [Network(1, 8, 8), Conv2d(4, Kernel = 1)]
                        sealed partial class @class { internal const long Twice = 2 * ParameterCount + ForwardMacs; }
                    }
                }
            }
            """]));
        diagnostics.Should().BeEmpty();
        compilation.GetDiagnostics().Should().BeEmpty();
        INamedTypeSymbol type = compilation.GetTypeByMetadataName("Demo.in.IOuter+Middle`1+class")!;
        ((IFieldSymbol)type.GetMembers("Twice").Single()).ConstantValue.Should().Be(2L * 8 + 256);
    }

    [Fact]
    public void Names_that_differ_in_case_alone_get_files_of_their_own()
    {
        (Compilation compilation, ImmutableArray<Diagnostic> diagnostics) = TestCompilation.Generate(TestCompilation.Create(["""
            using Nin;
            [Network(1, 8, 8), Conv2d(4, Kernel = 1)] partial class Net;
            [Network(1, 8, 8), Conv2d(4, Kernel = 1)] partial class NET;
            [Network(1, 8, 8), Conv2d(4, Kernel = 1)] partial class NeT;
            """]));
        diagnostics.Should().BeEmpty();
        compilation.GetDiagnostics().Should().BeEmpty();
        compilation.SyntaxTrees.Select(t => Path.GetFileName(t.FilePath)).Order(StringComparer.Ordinal)
            .Should().Equal("NET.Nin.g.cs", "NeT-2.Nin.g.cs", "Net-3.Nin.g.cs", "Source0.cs");
    }

    [Fact]
    public void Network_on_two_declarations_is_the_compilers_error_alone()
    {
        (Compilation compilation, ImmutableArray<Diagnostic> diagnostics) = TestCompilation.Generate(TestCompilation.Create([
            "using Nin; [Network(1, 8, 8), Conv2d(4, Kernel = 1)] partial class Net; [Network(1, 8, 8)] partial class Net;"]));
        diagnostics.Should().BeEmpty();
        compilation.GetDiagnostics().Select(d => d.Id).Should().Equal("CS0579");
    }

    [Theory]
    [InlineData("class Net;")]
    [InlineData("static partial class Net;")]
    [InlineData("partial class Net<T>;")]
    [InlineData("partial record Net;")]
    [InlineData("partial class")]
    public void A_class_that_cannot_be_a_network_gets_no_half(string declaration) =>
        TestCompilation.Generate(TestCompilation.Create([$"using Nin; [Network(1, 8, 8), Conv2d(4, Kernel = 1)] {declaration}"])).Compilation.SyntaxTrees
            .Should().HaveCount(1);
}
