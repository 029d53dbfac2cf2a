using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin001Tests
{
    [Theory]
    [InlineData("class {|NIN001:Net|};", "it is not partial, so that its layers have no place; declare it as partial class Net")]
    [InlineData("static partial class {|NIN001:Net|};", "it is static, but a network is an object that holds weights; remove static")]
    [InlineData("abstract partial class {|NIN001:Net|};", "it is abstract, but a network is created; remove abstract")]
    [InlineData("partial class {|NIN001:Net|}<T>;", "it is generic, but its shapes are fixed; remove the type parameters")]
    [InlineData("partial record {|NIN001:Net|};", "it is a record, but networks are not compared by value; make it a class")]
    [InlineData("file partial class {|NIN001:Net|};", "it is local to its file, where no generated half can reach it; remove file")]
    [InlineData("partial class Net { public required int {|NIN001:Size|} { get; set; } }", "it requires Size to be set by whoever creates it, which Load cannot do; remove required, and give it a default value")]
    [InlineData("partial class Net { {|NIN001:Net|}() { } }", "it declares a constructor, but gets one from its layers; move the code to a method")]
    [InlineData("partial class {|NIN001:Net|}(int x);", "it declares a constructor, but gets one from its layers; move the code to a method")]
    [InlineData("partial class {|NIN001:Net|} : System.Attribute;", "it derives from Attribute, but a network derives from Nin.Network, and a class has one base; remove the base class, and share its code through an interface or a member")]
    public void A_class_that_cannot_have_a_generated_half_is_told_why(string declaration, string message) =>
        Marked.Verify($"using Nin; [Network(1, 8, 8), Conv2d(2, Kernel = 1)] {declaration}", $"Net: {message}");

    [Theory]
    [InlineData("Load")]
    [InlineData("Architecture")]
    [InlineData("Declared")]
    public void A_class_cannot_have_the_name_of_a_member_that_it_gets(string name) => Marked.Verify(
        $"using Nin; [Network(1, 8, 8), Pointwise(2)] partial class {{|NIN001:{name}|}};",
        $"{name}: {name} is also a member that the generator writes for every network; choose another name");

    [Fact]
    public void A_type_around_the_class_that_is_local_to_its_file_is_told_so() => Marked.Verify(
        """
        using Nin;
        file partial class {|NIN001:Outer|} { internal partial class Middle { [Network(1, 8, 8), Pointwise(2)] internal partial class Net; } }
        [Network(1, 8, 8), Pointwise(2)] partial class Other { long Count => ParameterCount; }
        """,
        "Net: Outer, the type around it, is local to its file, where no generated half can reach it; remove file");

    [Theory]
    [InlineData(LanguageVersion.CSharp11, "11.0")]
    [InlineData(LanguageVersion.CSharp12, "12.0")]
    public void An_old_version_of_CSharp_is_one_error_a_network(LanguageVersion version, string name)
    {
        CSharpCompilation compilation = TestCompilation.Create(
            ["""
            using Nin;
            using Nin.Dimensions;
            namespace Demo;
            [Network(1, 8, 8, Classes = 10), NinBlock(10, LastRelu = false), GlobalAvgPool2d, Flatten] public sealed partial class Net { }
            class Use { Tensor<Features<D10>> Run(Device device, Tensor<Chw<D1, D8, D8>> x) => new Net(device).Forward(x); }
            """], version);
        TestCompilation.Generate(compilation).Compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
        TestCompilation.Analyze(compilation).Select(d => d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)).Should().Equal(
            $"Net: it is compiled as C# {name}, but its generated half is C# 13.0; remove LangVersion from the project, or set it to 13.0 or newer");
    }

    [Fact]
    public void A_type_around_the_class_must_be_partial_too() => Marked.Verify(
        """
        using Nin;
        partial class Outer { struct {|NIN001:Inner|} { [Network(1, 8, 8), Conv2d(2, Kernel = 1)] partial class Net; } }
        """,
        "Net: Inner, the type around it, is not partial; declare it as partial too");

    [Fact]
    public void Static_constructors_and_types_around_of_every_kind_are_allowed() => Marked.Verify("""
        using Nin;
        partial interface IOuter { partial record struct Middle<T> { [Network(1, 8, 8), Conv2d(2, Kernel = 1)] sealed partial class Net { static Net() { } } } }
        """);
}
