using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Nin.Generators.Layers;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Emission;

/// <summary>Generated code names Nin's types as a user would, wherever nothing else has the name.</summary>
public class ShortNamesTests
{
    const string Net = "[Network(2, 8, 9), Conv2d(2, Kernel = 1), Flatten, Linear(3)] partial class Net;";

    [Theory]
    [InlineData("namespace Demo; using Nin; " + Net, "")]
    [InlineData("using Nin; " + Net, "")]
    [InlineData("using Nin; " + Net, "global using System; global using global::System.Collections.Generic; global using Nin; global using Nin.Layers;")]
    [InlineData("using Nin; " + Net, "global using Shapes = Nin.Shape; namespace Other { class Device; }")]
    public void They_are_short(string net, string other) => Text(net, other).Should().Contain("partial class Net : Network<Chw<D2, D8, D9>, Features<D3>>");

    [Theory]
    [InlineData("namespace Demo; using Nin; " + Net, "namespace Demo; class Device;")]
    [InlineData("using Nin; " + Net, "class Device;")]
    [InlineData("using Nin; " + Net, "global using Other; namespace Other { class Device; }")]
    [InlineData("using Nin; " + Net, "global using static Other.Things; namespace Other { static class Things { public class Device; } }")]
    [InlineData("using Nin; " + Net, "global using Device = System.Int32;")]
    public void They_are_full_where_something_else_has_one(string net, string other) =>
        Text(net, other).Should().Contain("partial class Net : global::Nin.Network<global::Nin.Chw<global::Nin.Dimensions.D2,");

    /// <summary>The typed layer, or the struct of an activation, has the kind's name.</summary>
    [Theory, MemberData(nameof(Kinds))]
    public void They_are_full_where_something_else_is_called_like_a_layer(string kind) =>
        Text("namespace Demo; using Nin; " + Net, $"namespace Demo; class {kind};").Should().Contain("partial class Net : global::Nin.Network<");

    public static TheoryData<string> Kinds => [.. LayerKinds.Names];

    [Theory]
    [InlineData("var Init = 1; Init++;")]
    [InlineData("int.TryParse(args[0], out int Shape); Shape++;")]
    [InlineData("Checkpoint(); static int Checkpoint() => 1;")]
    public void They_are_full_where_a_top_level_statement_declares_one(string statement)
    {
        CSharpCompilation program = TestCompilation.Create(["using Nin; " + Net, statement]);
        Compilation compilation = TestCompilation.Generate(program.WithOptions(program.Options.WithOutputKind(OutputKind.ConsoleApplication))).Compilation;
        compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
        compilation.SyntaxTrees.Last().ToString().Should().Contain("partial class Net : global::Nin.Network<");
    }

    static string Text(string net, string other)
    {
        Compilation compilation = TestCompilation.Generate(TestCompilation.Create([net, other])).Compilation;
        compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
        return compilation.SyntaxTrees.Last().ToString();
    }
}
