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
    [InlineData("partial class Net { {|NIN001:Net|}() { } }", "it declares a constructor, but gets one from its layers; move the code to a method")]
    [InlineData("partial class {|NIN001:Net|}(int x);", "it declares a constructor, but gets one from its layers; move the code to a method")]
    [InlineData("partial class {|NIN001:Net|} : System.Attribute;", "it derives from Attribute, but a network derives from Nin.Network, and a class has one base; remove the base class, and share its code through an interface or a member")]
    public void A_class_that_cannot_have_a_generated_half_is_told_why(string declaration, string message) =>
        Marked.Verify($"using Nin; [Network(1, 8, 8), Conv2d(2)] {declaration}", $"Net: {message}");

    [Fact]
    public void A_type_around_the_class_must_be_partial_too() => Marked.Verify(
        """
        using Nin;
        partial class Outer { struct {|NIN001:Inner|} { [Network(1, 8, 8), Conv2d(2)] partial class Net; } }
        """,
        "Net: Inner, the type around it, is not partial; declare it as partial too");

    [Fact]
    public void Static_constructors_and_types_around_of_every_kind_are_allowed() => Marked.Verify("""
        using Nin;
        partial interface IOuter { partial record struct Middle<T> { [Network(1, 8, 8), Conv2d(2)] sealed partial class Net { static Net() { } } } }
        """);
}
